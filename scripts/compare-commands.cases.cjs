// What scripts/compare-commands tries. A project: files to write, npm arguments to set it up with, files to write or
// remove afterwards, and the commands to compare. `needs: 'snapshot'`: for a registry with the packages of the world.
'use strict';
const app = { name: 'app', version: '1.0.0', dependencies: { left: '^1.0.0', right: '^1.0.0', '@acme/ui': '^2.0.0', framework: '^1.0.0', aliaser: '^1.0.0' },
  devDependencies: { tool: '^1.0.0' }, optionalDependencies: { 'cpu-none': '*' } };
const old = { name: 'old', version: '1.0.0', dependencies: { left: '1.0.0', framework: '1.0.0', '@acme/base': '1.0.0' }, devDependencies: { tagged: '1.0.0' } };
const selectors = ['*', ':root', ':root > *', ':root *', '.dev', '.prod', '.optional', '.peer', '.bundled', '.workspace', '#left', '#@acme/base', '[name=left]', '[name^=le]', '[name$=ft]', '[name*="E" i]',
  '[version|=1]', '[license~=MIT]', ':attr(dependencies, [left])', ':attr(dependencies, [left="^1.0.0"])', ':semver(^1.0.0)', ':semver(1.x || 2.x)', ':semver(>=1.5.0)', ':semver(1.0.0, gt)', ':semver(^2, [version])',
  ':not(#left)', ':is(#left, #right) > *', ':has(> #left)', ':has(#left)', '#right ~ #left', '#left, #right', ':extraneous', ':missing', ':invalid', ':link', ':deduped', ':empty', ':private', ':overridden',
  ':type(registry)', ':type(range)', ':type(alias)', ':path(node_modules/*)', ':path(packages/*)', ':scope', ':outdated', ':outdated(major)', ':outdated(in-range)', ':outdated(out-of-range)', ':nope', '.nope', 'tag', '',
  '#a >', ':semver(nope)', ':semver(1.0.0, [version], nope)', ':attr(a, b)', '* > *', ':root > :not(.dev)', '#left:semver(1.1.0)'];
const queries = [...selectors.map(s => ['query', s]), ['query', '*', '--package-lock-only'], ['query', ':root > *', '--package-lock-only'], ['query', '*', '--expect-results=false'], ['query', '#nope', '--expect-results'],
  ['query', '#left', '--expect-result-count=2'], ['query']];
// `ls -l` is not here: npm 12.2 fails on a tree from its hidden lockfile.
const listings = [['ls'], ['ls', '-a'], ['ls', '--json'], ['ls', '-a', '--json'], ['ls', '-p'], ['ls', '-pl'], ['ls', 'left'], ['ls', 'left', '--json'], ['ls', 'nope'], ['ls', '--depth=1'], ['ls', '--omit=dev'],
  ['ls', '--package-lock-only'], ['ls', '--link'], ['ls', 'left@1', 'framework']];
const reasons = [['explain', 'left'], ['explain', 'left', '--json'], ['why', 'framework'], ['explain', '@acme/base'], ['explain', 'nope'], ['explain'], ['explain', 'node_modules/left'], ['explain', './node_modules/right'],
  ['explain', 'left@1'], ['explain', 'left@^9'], ['explain', 'left-one', '--json'], ['explain', 'tool', 'left', '--json'], ['explain', 'app']];
const news = [['outdated'], ['outdated', '--json'], ['outdated', '-p'], ['outdated', '-l'], ['outdated', '-pl'], ['outdated', '--json', '-l'], ['outdated', '-a'], ['outdated', 'left'], ['outdated', 'nope'], ['outdated', '--omit=dev'], ['outdated', '-a', '--json']];
const changes = [['update'], ['update', '--json'], ['update', 'left'], ['update', '--save'], ['update', 'left', '--save'], ['update', 'left@2'], ['update', '--dry-run'], ['update', '--no-package-lock'], ['dedupe'], ['dedupe', '--json'], ['ddp', '--dry-run'],
  ['find-dupes'], ['find-dupes', '--json'], ['prune'], ['prune', '--json'], ['prune', '--omit=dev', '--json'], ['prune', '--dry-run'], ['install', '--prefer-dedupe'], ['install', '--install-strategy=nested', '--json'], ['install', '--install-strategy=shallow', '--json'],
  ['install', '--omit=dev', '--json'], ['install', '--omit=optional', '--json'], ['install', '--omit=peer', '--json'], ['install', '--production', '--include=dev', '--json'], ['install', 'deep-one', '--json'], ['install', 'deep-one@1.0.0', '-E', '--json'],
  ['install', 'deep-one', '--save-prefix=~', '--json'], ['install', 'deep-one', '--no-save', '--json'], ['install', 'deep-one', '-D', '--json'], ['install', 'deep-one', '-O', '--json'], ['install', 'deep-one', '--save-peer', '--json'],
  ['install', 'deep-one', '-B', '--json'], ['install', 'tool', '-P', '--json'], ['install', 'deep-one', '--dry-run', '--json'], ['install', 'deep-one', '--no-package-lock', '--json'], ['install', 'left@2', '--json'], ['install', 'left@latest', '--json'],
  ['install', 'tagged@beta', '--json'], ['install', 'tagged@9', '--json'], ['install', 'engine-future', '--json'], ['install', 'engine-future', '--engine-strict', '--json'], ['install', 'cpu-none', '--json'], ['install', 'cpu-none', '--force', '--json'],
  ['install', 'native-any', '--os=darwin', '--cpu=arm64', '--json'], ['install', 'native-any', '--libc=musl', '--json'], ['install', 'left@^1 <1.1', '--json'], ['install', 'alias@npm:left@1', '--json'], ['uninstall', 'left', '--json'], ['uninstall', 'nope', '--json'],
  ['uninstall', 'left', '--no-save', '--json'], ['uninstall', 'tool', 'framework', '--json'], ['install', 'left', 'right', '--json'], ['install', '--before=2000-01-01', 'deep-one', '--json'], ['install', '--min-release-age=36500', 'deep-one', '--json'],
  ['install', '--min-release-age=36500', '--min-release-age-exclude=deep-*', 'deep-one', '--json'], ['install', '--min-release-age=1', '--before=2020-01-01', 'deep-one', '--json']];
const more = [['dedupe', '--no-package-lock'], ['prune', '--no-package-lock', '--json'], ['prune', 'left', '--json'], ['update', 'nope', '--json'], ['update', 'nope', 'left', '--save', '--json'], ['dedupe', '--legacy-peer-deps', '--json'], ['install', '--force', '--json'],
  ['install', '--legacy-peer-deps', '--json'], ['install', '--package-lock-only', 'deep-one', '--json'], ['uninstall', 'left', '--package-lock-only', '--json'], ['update', '--package-lock-only', '--json'], ['find-dupes', '--omit=dev', '--json'], ['install', 'left', '--global-style', '--json'],
  ['uninstall'], ['install', 'left@nope-tag', '--json'], ['install', 'framework@2', '--json'], ['install', 'framework@2', '--force', '--json'], ['install', 'framework@2', '--legacy-peer-deps', '--json'], ['install', '--no-audit', '--no-fund'], ['install', '--long'], ['ci', '--omit=dev', '--json']];
const space = { name: 'space', version: '1.0.0', private: true, workspaces: ['packages/*'], dependencies: { left: '^1.0.0' } };
const members = { 'packages/a/package.json': { name: '@space/a', version: '1.0.0', dependencies: { right: '^1.0.0', b: '^1.0.0' } }, 'packages/b/package.json': { name: 'b', version: '1.0.0', dependencies: { left: '^2.0.0' }, devDependencies: { tool: '*' } } };
const inSpace = [['ls'], ['ls', '-a', '--json'], ['ls', '-w', 'b'], ['ls', '--ws', '--json'], ['ls', '--no-workspaces'], ['explain', 'left', '--json'], ['explain', 'b'], ['explain', 'left', '-w', 'b'], ['explain', 'left', '--no-workspaces'], ['outdated', '--json'],
  ['outdated'], ['outdated', '-w', 'b'], ['outdated', '-l'], ['query', '*'], ['query', '.workspace'], ['query', '.workspace > *'], ['query', ':root > .workspace'], ['query', '*', '-w', 'b'], ['query', ':scope', '--ws'], ['query', ':scope > *', '-w', 'packages/a'],
  ['query', ':link'], ['query', ':path(packages/*)'], ['query', ':scope', '-w', 'b', '--include-workspace-root'], ['update'], ['update', '-w', 'b', '--json'], ['update', 'left', '-w', 'b', '--json', '--save'], ['update', '--save', '--ws'], ['dedupe', '--json'],
  ['dedupe', '-w', 'b', '--json'], ['prune', '--json'], ['prune', '--no-workspaces', '--json'], ['install', 'deep-one', '-w', 'b', '--json'], ['install', 'deep-one', '--ws', '--json'], ['install', 'deep-one', '-w', 'b', '--include-workspace-root', '--json'],
  ['install', 'deep-one', '--json'], ['install', '--no-workspaces', '--json'], ['install', '-w', 'nope', '--json'], ['uninstall', 'left', '-w', 'b', '--json'], ['uninstall', 'left', '--ws', '--json'], ['ci', '-w', 'b', '--json'], ['install', 'b@1', '-w', '@space/a', '--json'],
  ['install', '@acme/ui', '-w', 'b', '--json']];
const world = { name: 'world', version: '1.0.0', dependencies: { debug: '3.1.0', chalk: '3.0.0', rimraf: '3.0.0' }, devDependencies: { yargs: '15.0.0' } };
const loose = JSON.parse(JSON.stringify(world).replace(/"([2-9]\d*\.\d+\.\d+|15\.0\.0)"/g, '"^$1"'));

exports.projects = [
  { name: 'app', files: { 'package.json': app }, setup: ['install'], commands: [...listings, ...reasons, ...news, ...queries, ...changes, ...more] },
  { name: 'old', files: { 'package.json': old }, setup: ['install'],
    then: { 'package.json': { ...old, dependencies: { left: '*', framework: '^1.0.0', '@acme/base': '1' }, devDependencies: { tagged: '^1.0.0' } } }, commands: [...news, ...changes.slice(0, 14), ...listings.slice(0, 4)] },
  { name: 'broken', files: { 'package.json': app }, setup: ['install'],
    then: { 'package.json': { ...app, dependencies: { ...app.dependencies, left: '^9.0.0', 'deep-one': '^1.0.0' }, peerDependencies: { 'peer-gone': '2' }, devDependencies: { tool: '^1.0.0', 'dev-gone': '1' } },
      'node_modules/extra/package.json': { name: 'extra', version: '3.0.0', dependencies: { right: '*' } }, 'node_modules/noversion/package.json': { name: 'noversion' } },
    remove: ['node_modules/framework'], commands: [...listings, ...reasons, ...queries.slice(0, 60), ['prune', '--dry-run', '--json'], ['outdated', '--json']] },
  { name: 'bare', files: { 'package.json': app }, commands: [['ls'], ['ls', '--json'], ['explain', 'left'], ['outdated', '--json'], ['outdated'], ['query', '*'], ['query', '*', '--package-lock-only'], ['prune', '--json'], ['dedupe', '--json'], ['update', '--json'],
    ['update', 'left', '--json'], ['install', '-w', 'x', '--json'], ['find-dupes'], ['install', '--install-strategy=nested', '--json'], ['install', '--install-strategy=shallow', '--json'], ['install', '--omit=dev', '--no-package-lock', '--json'], ['install', '--dry-run']] },
  { name: 'space', files: { 'package.json': space, ...members }, setup: ['install'], commands: inSpace },
  { name: 'spaces-changed', files: { 'package.json': space, ...members }, setup: ['install'],
    then: { 'packages/b/package.json': { name: 'b', version: '1.0.0', dependencies: { 'deep-one': '^1.0.0' } }, 'package.json': { ...space, dependencies: { left: '^1.0.0', framework: '1' } } },
    commands: [['install', '-w', 'b', '--json'], ['install', '-w', '@space/a', '--json'], ['install', '--no-workspaces', '--json'], ['install', '-w', 'b', '--include-workspace-root', '--json'], ['install', '--json'], ['prune', '--json'], ['ls', '-a', '--json'], ['ls', '-w', 'b']] },
  { name: 'overrides', files: { 'package.json': { name: 'o', version: '1.0.0', dependencies: { right: '^1.0.0', aliaser: '1' }, overrides: { right: { left: '2.0.0' } } } }, setup: ['install'],
    commands: [['ls', '-a'], ['ls', '-a', '--json'], ['explain', 'left'], ['explain', 'left', '--json'], ['query', ':overridden'], ['query', '*'], ['outdated', '-a', '--json'], ['update', '--json']] },
  { name: 'bundle', files: { 'package.json': { name: 'bu', version: '1.0.0', dependencies: { bundler: '*', 'tool-suite': '*' }, bundleDependencies: ['tool-suite'] } }, setup: ['install'],
    commands: [['ls', '-a'], ['ls', '-a', '--json'], ['explain', 'inner', '--json'], ['explain', 'inner'], ['query', '.bundled'], ['outdated', '-a', '--json'], ['dedupe', '--json'], ['update', '--json']] },
  // Not here: `explain -g` and `:root` of `query -g`, see docs/differences.md.
  { name: 'global', files: { 'package.json': { name: 'g', version: '1.0.0' } }, setup: ['install', '-g', '--prefix', '$ROOT/g', 'left@1.0.0', 'right', 'tool', 'framework@1.0.0'],
    commands: [['ls', '-g'], ['ls', '-g', '--json'], ['outdated', '-g'], ['outdated', '-g', '--json'], ['outdated', '-g', '-p'], ['outdated', '-gl'], ['outdated', '-g', 'left'], ['update', '-g', '--json'], ['update', '-g', 'left', '--json'], ['query', '#left', '-g'],
      ['dedupe', '-g'], ['uninstall', '-g', 'left', '--json'], ['install', '-g', 'deep-one', '--json']].map(args => [...args, '--prefix', '$ROOT/g']) },
  { name: 'folders', files: { 'package.json': { name: 'f', version: '1.0.0', dependencies: { dir: 'file:dir' } }, 'dir/package.json': { name: 'dir', version: '2.0.0', dependencies: { left: '1' }, devDependencies: { tool: '1' } } }, setup: ['install'],
    commands: [['ls', '-a'], ['ls', '--link'], ['ls', '-a', '--json'], ['explain', 'dir'], ['explain', 'left'], ['query', ':link'], ['query', '*'], ['outdated', '--json'], ['update', '--json'], ['prune', '--json'], ['dedupe', '--json'], ['install', './dir', '-D', '--json'], ['uninstall', 'dir', '--json']] },
  { name: 'world', needs: 'snapshot', files: { 'package.json': world }, setup: ['install', '--package-lock-only'], then: { 'package.json': loose },
    commands: [['update'], ['update', '--save'], ['update', 'chalk'], ['update', 'ansi-styles', '--json'], ['dedupe'], ['prune'], ['install', 'glob@7', '--prefer-dedupe'], ['install', 'glob@7', '--install-strategy=nested'], ['install', 'semver@7', '--before=2025-06-01'],
      ['ls', '-a'], ['ls', '-a', '--json'], ['query', '*'], ['query', ':root > * > *'], ['query', '.dev'], ['query', ':outdated(major)'], ['query', ':outdated(in-range)'], ['query', ':deduped'], ['query', ':has(> #ansi-styles)'],
      ['query', ':semver(>=3 <5)'], ['query', '[license=MIT]:not(.dev)']].map(args => [...args, '--package-lock-only']) },
];
