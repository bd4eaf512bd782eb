// Second steps: a project that has its lockfile already, and a command or an edit on top of it.
import { parts } from './snapshot.mjs';

/** The lock as npm 6 wrote it: nested `dependencies` with versions, integrity and `requires`. */
export function lock_v1(lock) {
  const doc = JSON.parse(lock), tree = { dependencies: {} };
  for (const [location, entry] of Object.entries(doc.packages)) {
    if (!location.startsWith('node_modules/') || entry.link) continue;
    let at = tree;
    const names = location.split(/(?:^|\/)node_modules\//).slice(1);
    for (const name of names.slice(0, -1)) at = ((at.dependencies ??= {})[name] ??= {});
    const flags = Object.fromEntries(['dev', 'optional'].filter((f) => entry[f]).map((f) => [f, true]));
    if (entry.devOptional) flags.dev = flags.optional = true;
    const requires = { ...entry.dependencies, ...entry.optionalDependencies };
    const version = entry.name && entry.name !== names.at(-1) ? `npm:${entry.name}@${entry.version}` : entry.version;
    const old = (at.dependencies ??= {})[names.at(-1)] ?? {};
    at.dependencies[names.at(-1)] = { version, resolved: entry.resolved, integrity: entry.integrity, ...flags, ...(entry.inBundle ? { bundled: true } : {}),
      ...(Object.keys(requires).length ? { requires } : {}), ...(old.dependencies ? { dependencies: old.dependencies } : {}) };
  }
  return JSON.stringify({ name: doc.name, version: doc.version, lockfileVersion: 1, requires: true, dependencies: tree.dependencies }, null, 2) + '\n';
}

/** The lock with both forms, as npm 7 to 8 wrote it. */
export function lock_v2(lock) {
  const doc = JSON.parse(lock);
  return JSON.stringify({ ...doc, lockfileVersion: 2, dependencies: JSON.parse(lock_v1(lock)).dependencies }, null, 2) + '\n';
}

/** The lock without some of its entries, as a bad merge leaves it. */
function lossy(lock, random) {
  const doc = JSON.parse(lock);
  const removable = Object.keys(doc.packages).filter((location) => location.includes('node_modules/'));
  for (const location of random.sample(removable, random.between(1, Math.max(1, removable.length >> 3)))) delete doc.packages[location];
  return JSON.stringify(doc, null, 2) + '\n';
}

/** Changes package.json behind the lockfile's back. */
function edit(manifest, maker, random) {
  const out = structuredClone(manifest), maps = ['dependencies', 'devDependencies', 'optionalDependencies'].filter((m) => out[m]);
  for (let n = random.between(1, 3); n > 0; --n) {
    const map = random.pick(maps), names = Object.keys(out[map] ?? {});
    switch (random.weighted({ bump: 4, remove: 2, add: 3, move: 1, override: 1 })) {
      case 'bump': { const name = random.pick(names); if (name && maker.snapshot.has(name)) out[map][name] = maker.spec(name, null); break; }
      case 'remove': { const name = random.pick(names); if (name) delete out[map][name]; break; }
      case 'add': { const name = random.pick(maker.names(1)); (out.dependencies ??= {})[name] = maker.spec(name, null); break; }
      case 'move': { const name = random.pick(names), to = random.pick(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']); if (name && to !== map) { (out[to] ??= {})[name] = out[map][name]; delete out[map][name]; } break; }
      default: break;
    }
  }
  return out;
}

function request(manifest, maker, random) {
  const direct = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies });
  const spec = (name) => {
    const version = maker.snapshot.has(name) ? maker.version(name, null) : null;
    return version ? random.pick([name, `${name}@${version}`, `${name}@^${parts(version)[0]}`, `${name}@latest`, `${name}@${maker.range(version)}`]) : name;
  };
  const names = random.chance(0.5) && direct.length ? random.sample(direct, 1) : maker.names(random.between(1, 2));
  const flag = random.weighted({ '': 6, '--save-dev': 2, '--save-optional': 1, '--save-exact': 1, '--prefer-dedupe': 1, '--force': 1, '--legacy-peer-deps': 1, '--save-peer': 1, '--no-save': 0.5, '--save-prod': 0.5, '--strict-peer-deps': 0.5, '--save-bundle': 0.5, '--save-prefix=~': 0.5, '--install-strategy=nested': 0.3 });
  return ['install', ...names.filter((n) => maker.snapshot.has(n)).map(spec), ...(flag ? [flag] : [])];
}

/** { files, args } with a lockfile among the files, or null when the first step failed. */
export function second_steps(maker, random, runner) {
  const inWorkspaces = random.chance(0.25);
  const files = inWorkspaces ? maker.workspaces().files : { 'package.json': maker.manifest('proj', random.between(2, 6)) };
  const firstFlag = random.weighted({ '': 5, '--legacy-peer-deps': 1, '--force': 1, '--install-strategy=nested': 0.5, '--prefer-dedupe': 0.5 });
  if (random.chance(0.15)) {
    const early = runner.run(files, ['install', '--force']);
    if (early.status === 0) files['package.json'].overrides = maker.overrides(files['package.json'], early.packages);
  }
  const first = runner.run(files, ['install', ...(firstFlag ? [firstFlag] : [])]);
  if (first.status !== 0 || !first.lock || first.packages.length < 3) return null;
  const manifest = files['package.json'], out = { ...files };
  const direct = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies });
  const form = random.weighted({ v3: 8, v2: 2, v1: inWorkspaces ? 0 : 2, lossy: 1.5 });
  out['package-lock.json'] = { v3: () => first.lock, v2: () => lock_v2(first.lock), v1: () => lock_v1(first.lock), lossy: () => lossy(first.lock, random) }[form]();
  const keep = firstFlag && random.chance(0.5) ? [firstFlag] : [];
  const step = random.weighted({ add: 5, remove: direct.length ? 2 : 0, stale: 5, again: form === 'v3' ? 0.5 : 3, update: 2, dedupe: 1, before: 0.5, version: 0.5, member: inWorkspaces ? 3 : 0 });
  switch (step) {
    case 'add': return { files: out, args: [...request(manifest, maker, random), ...keep] };
    case 'remove': return { files: out, args: ['uninstall', ...random.sample(direct, random.between(1, 2)), ...keep] };
    case 'stale': {
      out['package.json'] = edit(manifest, maker, random);
      return { files: out, args: ['install', ...keep] };
    }
    case 'update': return { files: out, args: ['update', ...(random.chance(0.5) ? [random.pick(first.packages)[0].split('node_modules/').pop()] : []), ...(random.chance(0.3) ? ['--save'] : []), ...keep] };
    case 'dedupe': return { files: out, args: ['dedupe', ...keep] };
    case 'version': return { files: out, args: ['install', `--lockfile-version=${random.pick([2, 3])}`, ...keep] };
    case 'before': return { files: out, args: ['install', '--before=2022-01-01', ...request(manifest, maker, random).slice(1)] };
    case 'member': {
      const member = random.pick(Object.keys(files).filter((f) => f.startsWith('packages/')));
      if (random.chance(0.5)) {
        out[member] = edit(files[member], maker, random);
        return { files: out, args: ['install', ...keep] };
      }
      return { files: out, args: [...request(files[member], maker, random), '-w', files[member].name] };
    }
    default: return { files: out, args: ['install', ...keep] };
  }
}
