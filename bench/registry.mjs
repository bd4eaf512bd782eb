// Side by side: hoist-registry, Verdaccio 6 and pnpr on this machine, with the same packages and the same load.
//   node bench/registry.mjs --hoist build/release/bin/hoist-registry [--peers FOLDER] [--seconds 5] [--packages 1000]
// FOLDER holds node_modules with verdaccio@6 (override node-fetch 2.7.0 where it is needed) and @pnpm/pnpr. wrk must be in
// PATH. Prints a Markdown table; every number is from this run.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const options = { hoist: 'build/release/bin/hoist-registry', peers: '', seconds: '5', packages: '1000', only: '' };
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].slice(2)] = process.argv[i + 1];
const seconds = Number(options.seconds);
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const work = mkdtempSync(join(tmpdir(), 'bench-registry-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

function request(method, url, { token, body, headers = {} } = {}) {
  return new Promise((done, failed) => {
    const all = { ...headers };
    if (token) all.authorization = `Bearer ${token}`;
    if (body !== undefined) {
      all['content-type'] = 'application/json';
      all['content-length'] = Buffer.byteLength(body);
    }
    const sent = http.request(url, { method, headers: all, agent }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
    });
    sent.on('error', failed);
    if (body !== undefined) sent.write(body);
    sent.end();
  });
}

/** A tar with a package.json and, when asked for, that many bytes nothing can compress. */
function tarball(name, version, noise) {
  const blocks = [];
  const add = (path, content) => {
    const head = Buffer.alloc(512);
    head.write(path, 0);
    head.write('0000644\0' + '0000000\0' + '0000000\0', 100);
    head.write(content.length.toString(8).padStart(11, '0') + '\0', 124);
    head.write('00000000000\0' + '        ' + '0', 136);
    head.write('ustar\x0000', 257);
    let sum = 0;
    for (const byte of head) sum += byte;
    head.write(sum.toString(8).padStart(6, '0') + '\0 ', 148);
    blocks.push(head, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  };
  add('package/package.json', Buffer.from(JSON.stringify({ name, version })));
  if (noise > 0) add('package/data.bin', randomBytes(noise));
  blocks.push(Buffer.alloc(1024));
  return gzipSync(Buffer.concat(blocks), { level: 1 });
}

function publishDocument(name, version, noise = 0) {
  const bytes = tarball(name, version, noise);
  const manifest = {
    name, version, description: 'a package to measure with', license: 'MIT', main: 'index.js',
    scripts: { test: 'node test.js', build: 'tsc -p .' }, keywords: ['bench', 'measure', 'registry'],
    dependencies: { lodash: '^4.17.21', react: '^18.2.0', chalk: '^5.3.0' }, engines: { node: '>=18' },
    _id: `${name}@${version}`, _nodeVersion: '22.0.0', _npmVersion: '12.0.0', readme: 'x',
    dist: {
      integrity: 'sha512-' + createHash('sha512').update(bytes).digest('base64'),
      shasum: createHash('sha1').update(bytes).digest('hex'), tarball: `http://x/${name}/-/${name}-${version}.tgz`,
    },
  };
  return JSON.stringify({
    _id: name, name, description: manifest.description, 'dist-tags': { latest: version }, versions: { [version]: manifest },
    access: null,
    _attachments: { [`${name}-${version}.tgz`]: {
      content_type: 'application/octet-stream', data: bytes.toString('base64'), length: bytes.length } },
  });
}

async function logIn(base) {
  const body = JSON.stringify({ _id: 'org.couchdb.user:bench', name: 'bench', password: 'bench-password-1', type: 'user',
    roles: [], date: new Date().toISOString() });
  const answer = await request('PUT', `${base}/-/user/org.couchdb.user:bench`, { body });
  const token = JSON.parse(answer.body.toString() || '{}').token;
  if (!token) throw new Error(`login: ${answer.status} ${answer.body}`);
  return token;
}

/** How each server is started on an empty folder; `after` may run once before the first start. */
function servers() {
  const list = [];
  const hoist = resolve(options.hoist);
  list.push({
    name: 'hoist-registry', port: 4901, path: '',
    command: (folder) => [hoist, 'serve', '--listen', '127.0.0.1:4901', '--storage', join(folder, 's')],
    prepare: (folder) => spawnSync(hoist, ['user', 'add', 'bench', '--password-stdin', '--storage', join(folder, 's')],
      { input: 'bench-password-1\n' }),
  });
  const modules = options.peers && join(resolve(options.peers), 'node_modules');
  if (modules && existsSync(join(modules, 'verdaccio'))) {
    list.push({
      name: 'Verdaccio', port: 4902, path: '',
      command: (folder) => [process.execPath, join(modules, 'verdaccio/bin/verdaccio'), '--listen', '127.0.0.1:4902',
        '--config', join(folder, 'config.yaml')],
      prepare: (folder) => writeFileSync(join(folder, 'config.yaml'),
        'storage: ./s\nauth:\n  htpasswd:\n    file: ./htpasswd\npackages:\n  "**":\n    access: $all\n    publish: $authenticated\n' +
        'max_body_size: 100mb\nlog: { type: stdout, format: pretty, level: warn }\n'),
    });
  }
  const pnpr = modules && join(modules, `@pnpm/pnpr.${process.platform}-${process.arch}/pnpr`);
  if (pnpr && existsSync(pnpr)) {
    list.push({
      name: 'pnpr', port: 4903, path: '/~local', loginPath: '',
      command: (folder) => [pnpr, '--config', join(folder, 'config.yaml'), '--listen', '127.0.0.1:4903', '--storage', join(folder, 's')],
      prepare: (folder) => writeFileSync(join(folder, 'config.yaml'),
        'storage: ./s\nauth:\n  htpasswd:\n    file: ./htpasswd\n    max_users: 10\nregistries:\n  local:\n    type: hosted\n'),
      environment: { RUST_LOG: 'warn' },
    });
  }
  return list.filter((server) => !options.only || server.name.startsWith(options.only));
}

async function start(server, folder) {
  const [program, ...rest] = server.command(folder);
  const began = process.hrtime.bigint();
  const child = spawn(program, rest, { cwd: folder, env: { ...process.env, ...server.environment }, stdio: 'ignore' });
  for (;;) {
    try {
      const answer = await request('GET', `http://127.0.0.1:${server.port}/-/ping`);
      if (answer.status < 500) break;
    } catch { await new Promise((again) => setTimeout(again, 1)); }
    if (child.exitCode !== null) throw new Error(`${server.name} ended with ${child.exitCode}`);
  }
  return { child, milliseconds: Number(process.hrtime.bigint() - began) / 1e6 };
}

function residentMegabytes(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

function wrk(url, headers = []) {
  const result = spawnSync('wrk', ['-t2', '-c32', `-d${seconds}s`, ...headers.flatMap((header) => ['-H', header]), url],
    { encoding: 'utf8' });
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(result.stdout)?.[1] ?? 0);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(result.stdout)?.[1];
  return bad ? `${Math.round(rate)} (${bad} bad)` : Math.round(rate);
}

async function publishRate(base, token, parallel, total) {
  let next = 0;
  const documents = Array.from({ length: total }, (_, i) => [`p${i}`, publishDocument(`p${i}`, '1.0.0')]);
  const began = process.hrtime.bigint();
  let bad = 0;
  await Promise.all(Array.from({ length: parallel }, async () => {
    while (next < total) {
      const [name, body] = documents[next++];
      const answer = await request('PUT', `${base}/${name}`, { token, body });
      if (answer.status !== 201 && answer.status !== 200) ++bad;
    }
  }));
  const rate = total / (Number(process.hrtime.bigint() - began) / 1e9);
  return bad ? `${Math.round(rate)} (${bad} bad)` : Math.round(rate);
}

async function measure(server) {
  const folder = join(work, server.name);
  mkdirSync(folder);
  server.prepare(folder);
  let { child } = await start(server, folder);
  const origin = `http://127.0.0.1:${server.port}`, base = origin + server.path;
  const row = {};
  try {
    const token = await logIn(server.loginPath === undefined ? base : origin + server.loginPath);
    for (let i = 0; i < 100; ++i) await request('PUT', `${base}/many`, { token, body: publishDocument('many', `1.0.${i}`) });
    await request('PUT', `${base}/medium`, { token, body: publishDocument('medium', '1.0.0', 20_000) });
    await request('PUT', `${base}/large`, { token, body: publishDocument('large', '1.0.0', 1_000_000) });
    row['publishes/s, 1 at a time'] = await publishRate(base, token, 1, 100).catch(String);
    const rest = Number(options.packages);
    let next = 100;
    const began = process.hrtime.bigint();
    const bodies = Array.from({ length: rest }, (_, i) => publishDocument(`q${i}`, '1.0.0'));
    next = 0;
    await Promise.all(Array.from({ length: 32 }, async () => {
      while (next < rest) {
        const i = next++;
        await request('PUT', `${base}/q${i}`, { token, body: bodies[i] });
      }
    }));
    row['publishes/s, 32 at a time'] = Math.round(rest / (Number(process.hrtime.bigint() - began) / 1e9));

    child.kill('SIGTERM');
    await new Promise((ended) => child.on('exit', ended));
    const starts = [];
    for (let i = 0; i < 5; ++i) {
      const again = await start(server, folder);
      starts.push(again.milliseconds);
      child = again.child;
      if (i < 4) {
        child.kill('SIGTERM');
        await new Promise((ended) => child.on('exit', ended));
      }
    }
    row['start, ms (median of 5)'] = Math.round(starts.sort((a, b) => a - b)[2]);

    const short = 'Accept: application/vnd.npm.install-v1+json';
    const full = await request('GET', `${base}/many`);
    row['full packument, bytes'] = full.body.length;
    row['full packument/s'] = wrk(`${base}/many`);
    row['abbreviated + gzip/s'] = wrk(`${base}/many`, [short, 'Accept-Encoding: gzip']);
    row['304/s'] = full.headers.etag ? wrk(`${base}/many`, [`If-None-Match: ${full.headers.etag}`]) : 'no ETag';
    const tarballOf = async (name) => {
      const document = JSON.parse((await request('GET', `${base}/${name}`)).body);
      return base + new URL(document.versions['1.0.0'].dist.tarball).pathname.replace(server.path, '');
    };
    row['20 KB tarball/s'] = wrk(await tarballOf('medium'));
    row['1 MB tarball/s'] = wrk(await tarballOf('large'));
    next = 0;
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (next < rest) await request('GET', `${base}/q${next++}`, { headers: { accept: 'application/vnd.npm.install-v1+json', 'accept-encoding': 'gzip' } });
    }));
    row['memory after all of it, MB'] = Math.round(residentMegabytes(child.pid));
  } finally {
    child.kill('SIGKILL');
  }
  return row;
}

const rows = {};
for (const server of servers()) {
  try {
    rows[server.name] = await measure(server);
  } catch (failure) {
    rows[server.name] = { failed: String(failure.message ?? failure) };
  }
}
const names = Object.keys(rows);
const lines = [...new Set(names.flatMap((name) => Object.keys(rows[name])))];
console.log(`wrk with 2 threads, 32 connections, ${seconds} s each; ${options.packages} packages.\n`);
console.log(`| | ${names.join(' | ')} |\n|---|${names.map(() => '---').join('|')}|`);
for (const line of lines) console.log(`| ${line} | ${names.map((name) => rows[name][line] ?? '').join(' | ')} |`);
process.exit(0);
