#!/usr/bin/env node
// Compares hoist's ERESOLVE reports with the ones npm 12 printed for the same cases, line by line.
//   node check-conflicts.mjs --hoist PATH DIR…      (HOIST_PARITY set; DIR holds recorded cases)
// What hoist adds (the command that would work) and npm's pointer to a report file are left out of the comparison.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';

const at = process.argv.indexOf('--hoist'), hoist = path.resolve(process.argv[at + 1]), dirs = process.argv.slice(2).filter((_, i) => i + 2 !== at && i + 2 !== at + 1);
const parity = process.env.HOIST_PARITY, work = fs.mkdtempSync(path.join(os.tmpdir(), 'conflicts-'));
const server = spawn(process.execPath, [path.join(parity, 'serve.mjs'), '--snapshot', path.join(parity, 'snapshot')], { stdio: ['ignore', 'pipe', 'inherit'] });
const registry = await new Promise((done) => server.stdout.once('data', (d) => done(String(d).match(/http:\S+/)[0])));

function report(text) {
  const lines = text.split('\n').map((l) => l.match(/^(?:npm|hoist)? ?error(?: (.*))?$/)?.[1] ?? (/error/.test(l) ? '' : null)).filter((l) => l !== null);
  const end = lines.findIndex((l) => l.startsWith('Fix the upstream'));
  return lines.slice(0, end + 1).join('\n').trim();
}
let same = 0, all = 0;
for (const dir of dirs)
  for (const name of fs.readdirSync(dir).sort()) {
    const file = path.join(dir, name, 'case.json');
    if (!fs.existsSync(file)) continue;
    const { args, code } = JSON.parse(fs.readFileSync(file));
    if (code !== 'ERESOLVE') continue;
    const cwd = path.join(work, 'project');
    fs.rmSync(cwd, { recursive: true, force: true });
    fs.cpSync(path.join(dir, name, 'before'), cwd, { recursive: true });
    const lock = path.join(cwd, 'package-lock.json');
    if (fs.existsSync(lock)) fs.writeFileSync(lock, fs.readFileSync(lock, 'utf8').replaceAll('http://registry.test/', registry));
    const run = spawnSync(hoist, [...args, '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--userconfig', '/dev/null', '--registry', registry, '--cache', path.join(work, 'cache')], { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: work, LANG: 'C.UTF-8' } });
    const want = report(fs.readFileSync(path.join(dir, name, 'error.txt'), 'utf8')), got = report(run.stderr);
    ++all;
    if (want === got) { ++same; continue; }
    console.log(`differs ${name} ${args.join(' ')}`);
    const a = want.split('\n'), b = got.split('\n'), i = a.findIndex((line, k) => line !== b[k]);
    console.log(a.slice(i, i + 4).map((l) => '   - ' + l).join('\n') + '\n' + b.slice(i, i + 4).map((l) => '   + ' + l).join('\n'));
  }
server.kill();
fs.rmSync(work, { recursive: true, force: true });
console.log(`same ${same}/${all}`);
process.exit(same === all ? 0 : 1);
