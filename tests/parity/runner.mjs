// Runs a package manager on a project in a fresh folder, against the frozen registry.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';

export class Runner {
  static async start({ snapshot, hoist, server }) {
    const runner = new Runner();
    runner.hoist = path.resolve(hoist);
    runner.work = fs.mkdtempSync(path.join(os.tmpdir(), 'make-cases-'));
    runner.server = spawn(process.execPath, [server, '--snapshot', snapshot], { stdio: ['ignore', 'pipe', 'inherit'] });
    runner.registry = await new Promise((done) => runner.server.stdout.once('data', (d) => done(String(d).match(/http:\S+/)[0])));
    return runner;
  }

  stop() {
    this.server.kill();
    fs.rmSync(this.work, { recursive: true, force: true });
  }

  fold(text) { return text.replaceAll(this.registry, 'http://registry.test/'); }

  /** { status, code, packages, lock, manifest, ms }; lock and manifest as files of a case, with the registry folded. */
  run(files, args) {
    const cwd = path.join(this.work, 'project');
    fs.rmSync(cwd, { recursive: true, force: true });
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(cwd, name), text = typeof content === 'string' ? content : JSON.stringify(content, null, 2) + '\n';
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, name.endsWith('package-lock.json') ? text.replaceAll('http://registry.test/', this.registry) : text);
    }
    const fixed = ['--package-lock-only', '--ignore-scripts', '--allow-remote=all', '--allow-git=all', '--no-audit', '--no-fund', '--userconfig', '/dev/null', '--registry', this.registry, '--cache', path.join(this.work, '.cache')];
    const started = Date.now();
    const run = spawnSync(this.hoist, [...args, ...fixed], { cwd, encoding: 'utf8', timeout: 60000, maxBuffer: 1 << 28, env: { PATH: process.env.PATH, HOME: this.work, LANG: 'C.UTF-8' } });
    const said = (run.stderr ?? '') + (run.stdout ?? ''), code = said.match(/error code (E\w+)/)?.[1] ?? null;
    const lockFile = path.join(cwd, 'package-lock.json'), lock = fs.existsSync(lockFile) ? this.fold(fs.readFileSync(lockFile, 'utf8')) : null;
    const packages = lock ? Object.entries(JSON.parse(lock).packages ?? {}).filter(([location]) => location.includes('node_modules/')) : [];
    return { status: run.status, code, packages, lock, manifest: fs.existsSync(cwd) ? fs.readFileSync(path.join(cwd, 'package.json'), 'utf8') : null, ms: Date.now() - started };
  }
}
