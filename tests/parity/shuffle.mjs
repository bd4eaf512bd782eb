#!/usr/bin/env node
// Resolves projects again and again while the registry answers in a random order: one lockfile each, or it says which.
//   node shuffle.mjs --hoist PATH [--orders 40] [--only TEXT,…] [--seed N] [--cases DIR]      (HOIST_PARITY set)
// Stands between hoist and the snapshot's server, holds answers back and lets go of them in random order.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Random } from './random.mjs';

const option = (name, fallback) => { const i = process.argv.indexOf('--' + name); return i < 0 ? fallback : process.argv[i + 1]; };
const parity = process.env.HOIST_PARITY, hoist = path.resolve(option('hoist')), orders = +option('orders', 40);
const cases = option('cases', path.join(parity, 'cases')), random = new Random(option('seed', '1'));
const only = option('only', 'mix-11,mix-17,mix-25,own-yargs,own-knex').split(',');
const server = spawn(process.execPath, [path.join(parity, 'serve.mjs'), '--snapshot', path.join(parity, 'snapshot')], { stdio: ['ignore', 'pipe', 'inherit'] });
const upstream = await new Promise((done) => server.stdout.once('data', (d) => done(String(d).match(/http:\S+/)[0])));

// Answers wait in a pool. Each arrival, and each turn of a short timer, lets a random one go.
const answers = new Map(), pool = [];
const release = () => { if (pool.length) pool.splice(random.below(pool.length), 1)[0](); };
setInterval(() => { for (let n = pool.length >> 1; n >= 0; --n) release(); }, 2);
let base = '';
const shuffler = http.createServer(async (request, response) => {
  if (!answers.has(request.url)) answers.set(request.url, fetch(upstream + request.url.slice(1)).then(async (r) => [r.status, Buffer.from(await r.arrayBuffer())]));
  const [status, body] = await answers.get(request.url);
  const text = request.url.includes('/-/') ? body : body.toString().replaceAll(upstream, base);
  pool.push(() => { response.writeHead(status, { 'content-type': 'application/json' }); response.end(text); });
  if (pool.length > 12) release();
});
await new Promise((done) => shuffler.listen(0, '127.0.0.1', done));
base = `http://127.0.0.1:${shuffler.address().port}/`;

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'shuffle-'));
let bad = 0;
for (const name of only) {
  const { args } = JSON.parse(fs.readFileSync(path.join(cases, name, 'case.json'))), seen = new Map();
  for (let i = 0; i < orders; ++i) {
    const cwd = path.join(work, name), cache = path.join(work, 'cache');
    for (const dir of [cwd, cache]) fs.rmSync(dir, { recursive: true, force: true });
    fs.cpSync(path.join(cases, name, 'before'), cwd, { recursive: true });
    const child = spawn(hoist, [...args, '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--userconfig', '/dev/null', '--registry', base, '--cache', cache], { cwd, env: { PATH: process.env.PATH, HOME: work }, stdio: 'ignore' });
    const status = await new Promise((done) => child.on('close', done));
    const lock = path.join(cwd, 'package-lock.json'), text = fs.existsSync(lock) ? fs.readFileSync(lock, 'utf8') : `exit ${status}`;
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
    seen.set(hash, (seen.get(hash) ?? 0) + 1);
  }
  if (seen.size !== 1) ++bad;
  console.log(`${seen.size === 1 ? 'one lockfile' : 'DIFFERS'}  ${name}  ${orders} orders  ${[...seen].map(([h, n]) => `${h}×${n}`).join(' ')}`);
}
server.kill();
fs.rmSync(work, { recursive: true, force: true });
process.exit(bad ? 1 : 0);
