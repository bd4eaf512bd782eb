#!/usr/bin/env node
// Makes random cases in the form that record.mjs and check.mjs read.
//   node make-cases.mjs --seed N --count K --cases DIR --snapshot DIR --hoist PATH [--kind TEXT]
// hoist writes the lockfiles from which second steps start, and tells which projects need names that the snapshot
// lacks (those are left out, as are very large ones). The same seed makes the same cases.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Random } from './random.mjs';
import { Snapshot } from './snapshot.mjs';
import { ProjectMaker } from './projects.mjs';
import { Runner } from './runner.mjs';
import { second_steps } from './steps.mjs';

const option = (name, fallback) => { const i = process.argv.indexOf('--' + name); return i < 0 ? fallback : process.argv[i + 1]; };
const seed = option('seed', '1'), count = +option('count', 10), casesDir = option('cases'), only = option('kind', '');
const most = +option('largest', 900);
const snapshot = new Snapshot(option('snapshot'));
const runner = await Runner.start({ snapshot: option('snapshot'), hoist: option('hoist'), server: option('server') });

const kinds = { peers: 5, force: 1.5, legacy: 1, strict: 0.7, overrides: 3, workspaces: 4, old: 2, native: 1, mixed: 3, bundled: 0.3, nested: 0.5, shallow: 0.3, omit: 0.4, before: 0.7, dedupe: 0.7, steps: 7 };

function write(dir, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2) + '\n');
  }
}

/** One candidate: { files, args }, or null when the choice leads nowhere. */
function make(kind, random) {
  const maker = new ProjectMaker(snapshot, random);
  const size = random.between(2, 6);
  const project = (options) => ({ 'package.json': maker.manifest('proj', size, options) });
  switch (kind) {
    case 'force': return { files: project({ era: null }), args: ['install', '--force'] };
    case 'legacy': return { files: project({ era: null }), args: ['install', '--legacy-peer-deps'] };
    case 'strict': return { files: project(), args: ['install', '--strict-peer-deps'] };
    case 'nested': case 'shallow': return { files: project(), args: ['install', `--install-strategy=${kind}`] };
    case 'omit': return { files: project(), args: ['install', `--omit=${random.pick(['dev', 'optional', 'peer'])}`] };
    case 'dedupe': return { files: project(), args: ['install', '--prefer-dedupe'] };
    case 'before': {
      const date = new Date(Date.UTC(random.between(2018, 2026), random.below(12), 1)).toISOString().slice(0, 10);
      return { files: project({ era: date }), args: ['install', `--before=${date}`] };
    }
    case 'native': return { files: project({ only: ['native', random.pick(['tools', 'webpack'])] }), args: ['install'] };
    case 'bundled': return { files: project({ only: ['bundled', 'tools'] }), args: ['install'] };
    case 'old': return { files: project({ era: new Date(Date.UTC(random.between(2012, 2018), 1, 1)).toISOString() }), args: ['install'] };
    case 'workspaces': {
      const made = maker.workspaces();
      const flag = random.weighted({ '': 6, '--force': 1, '--legacy-peer-deps': 1, '--install-links': 0.5 });
      return { files: made.files, args: ['install', ...(flag ? [flag] : [])] };
    }
    case 'overrides': {
      const files = random.chance(0.2) ? maker.workspaces().files : project();
      const first = runner.run(files, ['install', '--force']);
      if (first.status !== 0) return null;
      files['package.json'].overrides = maker.overrides(files['package.json'], first.packages);
      return { files, args: ['install', ...(random.chance(0.3) ? ['--force'] : [])] };
    }
    case 'steps': return second_steps(maker, random, runner);
    default: return { files: project(), args: ['install'] };
  }
}

let made = 0;
for (let i = 0; made < count; ++i) {
  const random = new Random(`${seed}:${i}`);
  const kind = random.weighted(kinds);
  if (!kind.includes(only)) continue;
  const candidate = make(kind, random);
  if (!candidate) continue;
  const tried = runner.run(candidate.files, candidate.args);
  // A project that cannot be had says little; conflicts do, but not in every second case.
  if (tried.status !== 0 && !['ERESOLVE', 'EOVERRIDE', null].includes(tried.code)) continue;
  if (tried.code === 'ERESOLVE' && !random.chance(0.25)) continue;
  if (tried.status === 0 && (tried.packages.length > most || tried.packages.length < 4)) continue;
  const name = `${kind}-${seed}-${String(i).padStart(3, '0')}`, dir = path.join(casesDir, name);
  fs.rmSync(dir, { recursive: true, force: true });
  write(path.join(dir, 'before'), candidate.files);
  fs.writeFileSync(path.join(dir, 'case.json'), JSON.stringify({ args: candidate.args }) + '\n');
  console.log(name, candidate.args.join(' '), tried.code ?? tried.packages.length, tried.ms + ' ms');
  ++made;
}
runner.stop();
