#!/usr/bin/env node
// Makes the small cases of recorded/cmd.json.br: the ways in which a command changes a tree, on two small projects.
//   node cmd-cases.mjs base DIR       the two projects, to be recorded first (record.mjs)
//   node cmd-cases.mjs commands DIR   the commands on what was recorded, to be recorded in their turn
// `pack-cases.mjs unpack recorded/cmd.json.br DIR` gives the recorded cases back.
import fs from 'node:fs';
import path from 'node:path';

const [stage, out] = process.argv.slice(2);
const app = {
  name: 'cmd', version: '1.0.0', dependencies: { debug: '3.1.0', chalk: '3.0.0', rimraf: '3.0.0' },
  devDependencies: { yargs: '15.0.0' }, optionalDependencies: { esbuild: '0.20.0' },
};
const space = {
  'package.json': { name: 'cmd-ws', version: '1.0.0', private: true, workspaces: ['packages/*'], dependencies: { debug: '3.1.0' } },
  'packages/a/package.json': { name: '@cmd/a', version: '1.0.0', dependencies: { chalk: '3.0.0' } },
  'packages/b/package.json': { name: 'b', version: '1.0.0', dependencies: { chalk: '4.0.0', '@cmd/a': '^1.0.0' }, devDependencies: { rimraf: '3.0.0' } },
};

function write(dir, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2) + '\n');
  }
}
function add(name, files, line) {
  const dir = path.join(out, 'cmd-' + name);
  write(path.join(dir, 'before'), files);
  fs.writeFileSync(path.join(dir, 'case.json'), JSON.stringify({ args: line.split(' ').map(word => word.replaceAll('_', ' ')) }) + '\n');
}
const lock = name => fs.readFileSync(path.join(out, `cmd-base-${name}/after/package-lock.json`), 'utf8');
// The same package.json with a caret before every pinned dependency; the projects' own 1.0.0 stays.
const loose = document => JSON.parse(JSON.stringify(document).replace(/"(\d+\.\d+\.\d+)"/g, (all, version) => version === '1.0.0' ? all : `"^${version}"`));

if (stage === 'base') {
  add('base-app', { 'package.json': app }, 'install');
  add('base-ws', space, 'install');
} else {
  // A file of lines `name: command`; a `_` in a command is a space inside an argument.
  const all = (files, lines) => { for (const line of lines.trim().split('\n')) { const [name, command] = line.trim().split(': '); add(name, files, command); } };
  all({ 'package.json': loose(app), 'package-lock.json': lock('app') }, `
    update: update
    update-save: update --save
    update-one: update debug
    update-one-save: update chalk rimraf --save
    update-nested-name: update ansi-styles
    update-nosave-flag: update --no-save
    update-save-exact: update --save -E
    prune: prune
    dedupe: dedupe
    add-again: install chalk
    add-older: install chalk@2
    prefer: install glob@7 --prefer-dedupe`);
  all({ 'package.json': app, 'package-lock.json': lock('app') }, `
    update-exact-save: update --save
    dedupe-exact: dedupe
    add-exact: install glob@7 -E
    add-tilde: install glob@7 --save-prefix=~ -D
    add-optional: install glob@7 -O
    add-peer: install glob@7 --save-peer
    add-bundle: install glob@7 -B
    add-nosave: install glob@7 --no-save
    move-prod: install yargs -P
    move-dev: install debug -D
    add-range: install semver@>=5_<7
    add-alias: install sv5@npm:semver@5
    add-tag: install semver@latest
    rm: uninstall yargs debug
    rm-nosave: uninstall yargs --no-save
    rm-optional: uninstall esbuild
    nested-add: install glob@7 --install-strategy=nested
    nolock: install glob@7 --no-package-lock
    lock-v2: install glob@7 --lockfile-version=2
    lock-v1: install glob@7 --lockfile-version=1`);
  all({ 'package.json': loose(app) }, `
    nested: install --install-strategy=nested
    shallow: install --install-strategy=shallow
    omit: install --omit=dev --omit=optional
    os-cpu: install --os=win32 --cpu=arm64`);
  all({ ...space, 'package-lock.json': lock('ws') }, `
    ws-add: install semver@6 -w b
    ws-add-all: install semver@6 --ws
    ws-add-root: install semver@6 -w @cmd/a --include-workspace-root -D
    ws-member: install b -w @cmd/a
    ws-rm: uninstall chalk -w b
    ws-rm-all: uninstall chalk --ws`);
  all({ ...Object.fromEntries(Object.entries(space).map(([name, content]) => [name, loose(content)])), 'package-lock.json': lock('ws') }, `
    ws-update: update -w b
    ws-update-save: update --save --ws
    ws-update-one: update chalk -w @cmd/a --save
    ws-dedupe: dedupe
    ws-prune: prune
    ws-none: install semver@6 --no-workspaces`);
}
