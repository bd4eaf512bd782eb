#!/usr/bin/env node
// How long npm and hoist take to resolve the same cases, in turns, both with warm caches.
//   node pairs.mjs --npm PATH --hoist PATH [--only TEXT,…] [--pairs 3] [--cases DIR]      (HOIST_PARITY set)
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';

const option = (name, fallback) => { const i = process.argv.indexOf('--' + name); return i < 0 ? fallback : process.argv[i + 1]; };
const parity = process.env.HOIST_PARITY, cases = option('cases', path.join(parity, 'cases')), pairs = +option('pairs', 3);
const only = option('only', 'ws-05,legacy-mix-01,force-mix-05').split(',');
const programs = { npm: path.resolve(option('npm')), hoist: path.resolve(option('hoist')) };
const server = spawn(process.execPath, [path.join(parity, 'serve.mjs'), '--snapshot', path.join(parity, 'snapshot')], { stdio: ['ignore', 'pipe', 'inherit'] });
const registry = await new Promise((done) => server.stdout.once('data', (d) => done(String(d).match(/http:\S+/)[0])));
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'pairs-'));

function run(tool, name, args) {
  const cwd = path.join(work, name);
  fs.rmSync(cwd, { recursive: true, force: true });
  fs.cpSync(path.join(cases, name, 'before'), cwd, { recursive: true });
  const started = process.hrtime.bigint();
  const child = spawn(programs[tool], [...args, '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--userconfig', '/dev/null', '--registry', registry, '--cache', path.join(work, tool)], { cwd, stdio: 'ignore', env: { PATH: process.env.PATH, HOME: work, LANG: 'C.UTF-8' } });
  return new Promise((done) => child.on('close', () => done(Number(process.hrtime.bigint() - started) / 1e6)));
}
const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
for (const name of only) {
  const { args } = JSON.parse(fs.readFileSync(path.join(cases, name, 'case.json'))), times = { npm: [], hoist: [] };
  for (const tool of ['npm', 'hoist']) await run(tool, name, args);
  for (let i = 0; i < pairs; ++i) for (const tool of ['npm', 'hoist']) times[tool].push(await run(tool, name, args));
  const n = middle(times.npm), h = middle(times.hoist);
  console.log(`${name}: npm ${Math.round(n)} ms (${times.npm.map(Math.round)}), hoist ${Math.round(h)} ms (${times.hoist.map(Math.round)}), ratio ${(n / h).toFixed(1)}`);
}
server.kill();
fs.rmSync(work, { recursive: true, force: true });
