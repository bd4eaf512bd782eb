#!/usr/bin/env node
// Compares hoist with npm 12 on tiny invented registries: a dozen packages that depend on each other at random, many
// of them as peers. Real packages rarely conflict as densely. Needs no snapshot.
//   node tiny.mjs --npm PATH --hoist PATH [--seed N] [--count K] [--jobs 2] [--keep DIR]
// A seed that differs prints both trees; with --keep its project, registry and both answers stay there.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { Random } from './random.mjs';
import { derivedIntegrity } from './snapshot.mjs';
import { lock_v1, lock_v2 } from './steps.mjs';

const option = (name, fallback) => { const i = process.argv.indexOf('--' + name); return i < 0 ? fallback : process.argv[i + 1]; };
const programs = { npm: path.resolve(option('npm')), hoist: path.resolve(option('hoist')) };
const first = +option('seed', 1), count = +option('count', 50), keep = option('keep');
let crashes = 0;
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'tiny-')), registries = new Map();
const server = http.createServer((request, response) => {
  const [seed, ...rest] = decodeURIComponent(request.url.slice(1)).split('/'), found = registries.get(seed)?.[rest.join('/')];
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
  response.end(found ? JSON.stringify(found) : '{"error":"Not found"}');
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${server.address().port}/`;

function registry(seed, random) {
  const names = Array.from({ length: random.between(5, 12) }, (_, i) => (random.chance(0.15) ? `@s/${'abcdefghijkl'[i]}` : 'abcdefghijkl'[i]));
  const majors = Object.fromEntries(names.map((n) => [n, random.between(1, 3)])), packuments = {};
  const density = { deps: random.between(1, 3), peers: random.next() * 0.8, optional: random.next() * 0.3 };
  const range = (n) => { const m = random.between(1, majors[n]); return random.weighted({ [`^${m}.0.0`]: 6, [`>=${m}.0.0`]: 1, '*': 1, [`${m}.0.0`]: 1, [`~${m}.1.0`]: 1, [`^${m}.0.0 || ^${m + 1}.0.0`]: 1 }); };
  for (const name of names) {
    const doc = { name, 'dist-tags': {}, versions: {} };
    for (let major = 1; major <= majors[name]; ++major)
      for (let minor = 0; minor < 2; ++minor) {
        const version = `${major}.${minor}.0`, m = { name, version };
        for (let n = random.below(density.deps + 1); n > 0; --n) { const d = random.pick(names); (m.dependencies ??= {})[d] = range(d); }
        if (random.chance(density.peers)) for (let n = random.between(1, 2); n > 0; --n) { const d = random.pick(names); (m.peerDependencies ??= {})[d] = range(d); if (random.chance(0.25)) (m.peerDependenciesMeta ??= {})[d] = { optional: true }; }
        if (random.chance(density.optional)) { const d = random.pick(names); (m.optionalDependencies ??= {})[d] = range(d); (m.dependencies ??= {})[d] = m.optionalDependencies[d]; }
        if (random.chance(0.05)) m.deprecated = 'no';
        m.dist = { tarball: `${base}${seed}/${name}/-/${name.split('/').pop()}-${version}.tgz`, integrity: derivedIntegrity(name, version) };
        doc.versions[version] = m;
      }
    doc['dist-tags'].latest = random.chance(0.8) ? `${majors[name]}.1.0` : `${random.between(1, majors[name])}.0.0`;
    packuments[name] = doc;
  }
  return { packuments, names, range };
}

function project(random, { names, range }) {
  const manifest = (name, most) => {
    const out = { name, version: '1.0.0' };
    for (const d of random.sample(names, random.between(1, most))) (out[random.weighted({ dependencies: 5, devDependencies: 3, optionalDependencies: 1, peerDependencies: 0.7 })] ??= {})[d] = range(d);
    return out;
  };
  const files = { 'package.json': manifest('root', 4) };
  if (random.chance(0.3)) {
    files['package.json'].workspaces = ['w/*'];
    for (const w of ['x', 'y']) {
      files[`w/${w}/package.json`] = manifest(`w${w}`, 3);
      if (random.chance(0.4)) (files[`w/${w}/package.json`].dependencies ??= {})[w === 'x' ? 'wy' : 'wx'] = random.pick(['^1.0.0', '*', '1.0.0']);
    }
  }
  if (random.chance(0.3)) {
    const direct = { ...files['package.json'].dependencies, ...files['package.json'].devDependencies, ...files['package.json'].optionalDependencies }, rules = {};
    const free = names.filter((n) => !(n in direct));
    for (let n = random.between(1, 3); n > 0; --n) {
      const target = random.pick(free.length ? free : names), key = random.chance(0.3) ? `${target}@${range(target)}` : target, value = random.chance(0.15) && Object.keys(direct).length ? '$' + random.pick(Object.keys(direct)) : range(target);
      if (random.chance(0.5)) rules[key] = value;
      else { const outer = random.pick(names); rules[outer] = { ...(typeof rules[outer] === 'object' ? rules[outer] : {}), [key]: value, ...(random.chance(0.2) ? { '.': range(outer) } : {}) }; }
    }
    files['package.json'].overrides = rules;
  }
  const flag = random.weighted({ '': 8, '--force': 3, '--legacy-peer-deps': 1, '--strict-peer-deps': 1, '--prefer-dedupe': 1, '--install-strategy=nested': 1, '--install-strategy=shallow': 0.7, '--omit=dev': 0.5, '--lockfile-version=2': 1 });
  const args = ['install', ...(flag ? [flag] : [])];
  const second = random.weighted({ '': 4, add: 3, rm: 1, edit: 2, update: option('update') ? 1 : 0, v1: 0.7, v2: 0.7, lossy: 1, dedupe: option('dedupe') ? 1 : 0 });
  return { files, args, second };
}

function run(tool, dir, args, seed) {
  const child = spawn(programs[tool], [...args, '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--userconfig', '/dev/null', '--registry', `${base}${seed}/`, '--cache', path.join(work, tool)], { cwd: dir, env: { PATH: process.env.PATH, HOME: work, LANG: 'C.UTF-8' } });
  let said = '';
  child.stderr.on('data', (d) => (said += d));
  child.stdout.on('data', (d) => (said += d));
  const timer = setTimeout(() => child.kill('SIGKILL'), 30000);
  return new Promise((done) => child.on('close', (status) => { clearTimeout(timer); done({ status, code: status === 0 ? null : (said.match(/error code (E\w+)/)?.[1] ?? 'none'), said }); }));
}
function write(dir, files) {
  fs.rmSync(dir, { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2) + '\n');
  }
}
const read = (dir, name) => { try { return fs.readFileSync(path.join(dir, name), 'utf8'); } catch { return null; } };
const tree = (lock) => Object.entries(JSON.parse(lock ?? '{}').packages ?? {}).map(([at, e]) => `${at} ${e.link ? '-> ' + e.resolved : e.version}`);

/** The next state of a project that has been installed once: { files, args }. */
function step(kind, random, made, lock, world) {
  const files = { ...made.files, 'package-lock.json': lock }, name = random.pick(world.names), manifest = made.files['package.json'];
  const direct = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies });
  const flags = made.args.slice(1).filter(() => random.chance(0.5));
  switch (kind) {
    case 'add': return { files, args: ['install', random.chance(0.5) ? name : `${name}@${world.range(name)}`, ...(random.chance(0.3) ? ['--save-dev'] : []), ...flags] };
    case 'rm': return direct.length ? { files, args: ['uninstall', random.pick(direct), ...flags] } : null;
    case 'update': return { files, args: ['update', ...(random.chance(0.5) ? [name] : []), ...flags] };
    case 'dedupe': return { files, args: ['dedupe', ...flags] };
    case 'v1': return { files: { ...files, 'package-lock.json': lock_v1(lock) }, args: ['install', ...flags] };
    case 'v2': return { files: { ...files, 'package-lock.json': lock_v2(lock) }, args: ['install', ...flags] };
    case 'lossy': {
      const doc = JSON.parse(lock), removable = Object.keys(doc.packages).filter((at) => at.includes('node_modules/') && !doc.packages[at].link);
      for (const at of random.sample(removable, random.between(1, 2))) delete doc.packages[at];
      return { files: { ...files, 'package-lock.json': JSON.stringify(doc, null, 2) + '\n' }, args: ['install', ...flags] };
    }
    default: {
      const edited = structuredClone(manifest), map = random.pick(['dependencies', 'devDependencies']);
      (edited[map] ??= {})[name] = world.range(name);
      if (direct.length && random.chance(0.4)) for (const m of ['dependencies', 'devDependencies', 'optionalDependencies']) delete edited[m]?.[direct[0]];
      return { files: { ...files, 'package.json': edited }, args: ['install', ...flags] };
    }
  }
}

async function compare(seed, lane) {
  const random = new Random(`tiny:${seed}`), world = registry(seed, random), made = project(random, world);
  registries.set(String(seed), world.packuments);
  let state = { files: made.files, args: made.args };
  for (const turn of ['first', made.second]) {
    if (!state || !turn) return true;
    const dirs = { npm: path.join(work, `${lane}-npm`, 'root'), hoist: path.join(work, `${lane}-hoist`, 'root') }, said = {};
    for (const tool of ['npm', 'hoist']) { write(dirs[tool], state.files); said[tool] = await run(tool, dirs[tool], state.args, seed); }
    const locks = Object.fromEntries(['npm', 'hoist'].map((t) => [t, read(dirs[t], 'package-lock.json')]));
    const manifests = Object.fromEntries(['npm', 'hoist'].map((t) => [t, read(dirs[t], 'package.json')]));
    const failed = said.npm.status !== 0;
    // npm itself fell over (a TypeError, or no end in 30 s): nothing to compare with.
    if (said.npm.code === 'none') { ++crashes; return true; }
    const same = failed ? said.npm.code === said.hoist.code : said.hoist.status === 0 && locks.npm === locks.hoist && manifests.npm === manifests.hoist;
    if (!same) {
      console.log(`seed ${seed} ${turn} (${state.args.join(' ')}): npm ${said.npm.code ?? 'ok'}, hoist ${said.hoist.code ?? 'ok'}`);
      if (!failed) { const a = tree(locks.npm), b = tree(locks.hoist); console.log([...a.filter((x) => !b.includes(x)).map((x) => '   - ' + x), ...b.filter((x) => !a.includes(x)).map((x) => '   + ' + x)].slice(0, 12).join('\n')); }
      if (keep) {
        const to = path.join(keep, String(seed));
        write(to, { ...Object.fromEntries(Object.entries(state.files).map(([n, c]) => ['before/' + n, c])), 'registry.json': world.packuments, 'command.json': state.args, 'npm-lock.json': locks.npm ?? said.npm.said, 'hoist-lock.json': locks.hoist ?? said.hoist.said, 'npm.txt': said.npm.said, 'hoist.txt': said.hoist.said });
      }
      return false;
    }
    if (failed || turn !== 'first') return true;
    state = made.second ? step(made.second, random, made, locks.npm, world) : null;
  }
  return true;
}

let next = first, good = 0, bad = 0;
await Promise.all(Array.from({ length: +option('jobs', 2) }, async (_, lane) => {
  while (next < first + count) (await compare(next++, lane)) ? ++good : ++bad;
}));
server.close();
fs.rmSync(work, { recursive: true, force: true });
console.log(`same ${good}/${good + bad}` + (crashes ? `, ${crashes} of them not compared: npm crashed` : ''));
process.exit(bad ? 1 : 0);
