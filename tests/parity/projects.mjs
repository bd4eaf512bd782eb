// Random projects from the snapshot's names and versions.
import { parts } from './snapshot.mjs';

const families = {
  react: /(^|[/-])react($|[-/])|redux|emotion|^@radix-ui\/react-[a-d]|^@testing-library|^next$|^rc-/,
  eslint: /eslint|^prettier|^standard$|^xo$/,
  babel: /^@babel\/(cli|core|preset|plugin-(transform|proposal)-[a-e]|eslint|register)|^babel-/,
  vue: /vue|^nuxt$|^vite|^@vitejs|vitest/,
  jest: /^jest|^@jest|^babel-jest|ts-jest|^expect$/,
  webpack: /webpack|-loader$|^terser/,
  typescript: /^typescript$|^ts-|^tslint|^@typescript-eslint|^tsconfig|^type-fest$|^tsd/,
  rollup: /^rollup|^@rollup\/plugin/,
  postcss: /^postcss|^tailwindcss|^autoprefixer|^cssnano|^@csstools\/postcss/,
  graphql: /graphql|apollo/,
  test: /^karma|^mocha|^chai|^sinon|^ava$|^nyc$|^tap$/,
  build: /^grunt|^gulp|^broccoli|^ember-cli/,
  angular: /^@angular|^@ionic|^@schematics|^rxjs$|^zone\.js$/,
  svelte: /svelte|^vite$/,
  storybook: /storybook/,
  native: /^(esbuild|sharp|@swc\/core|rollup|lightningcss|vite|fsevents|chokidar|sqlite3|oxc-[a-z]*|@parcel\/watcher|canvas|node-sass|bcrypt|nx)$/,
  server: /^(express|koa|fastify|hapi|socket\.io|ws|mongoose|sequelize|knex|pg|mysql2?|typeorm|passport|body-parser|compression|helmet|debug|morgan)/,
  tools: /^(chalk|commander|yargs|inquirer|ora|glob|rimraf|mkdirp|semver|lodash|async|request|minimist|execa|globby|cosmiconfig|conf|got|axios|node-fetch|nodemon|husky|lint-staged|concurrently|cross-env)$/,
  commit: /commitlint|conventional|changesets|release/,
  tap: /^@tapjs|^tap$/,
  bundled: /^(npm|tap|sqlite3|aws-cdk-lib)$/,
};

/** Names outside the project's families: anything that is no platform binary. */
const common = (name) => !/-(x64|arm64|arm|ia32|musl|gnu|msvc|ppc64|s390x|riscv64|wasm32)|darwin|^@stdlib|^@types\//.test(name);

export class ProjectMaker {
  constructor(snapshot, random) {
    this.snapshot = snapshot;
    this.random = random;
  }

  family(name) { return this.snapshot.names.filter((each) => families[name].test(each) && common(each)); }

  /** A version: of an era (the newest at a date), the newest, or any. */
  version(name, era) {
    const { random, snapshot } = this;
    const all = snapshot.releases(name);
    if (!all.length) return null;
    const mode = random.weighted({ era: era ? 8 : 0, newest: 2, any: era ? 1 : 2, major: 2 });
    if (mode === 'newest') return all.at(-1);
    if (mode === 'any') return random.pick(all);
    if (mode === 'major') {
      const major = random.pick([...new Set(all.map((v) => parts(v)[0]))]);
      return all.filter((v) => parts(v)[0] === major).at(-1);
    }
    const time = snapshot.packument(name).time ?? {};
    const then = all.filter((v) => time[v] && time[v] <= era);
    return then.at(-1) ?? all[0];
  }

  range(version) {
    const [major, minor, patch] = parts(version);
    return this.random.weighted({
      [`^${version}`]: 12, [`~${version}`]: 3, [version]: 3, [`${major}.x`]: 1, [`>=${version}`]: 1,
      [`${major}.${minor}`]: 1, [`^${major}.${minor}.${patch} || ^${major + 1}.0.0`]: 1, [`>=${major} <${major + 2}`]: 0.5,
    });
  }

  spec(name, era) {
    const { random, snapshot } = this;
    if (random.chance(0.02)) return random.pick(['*', 'latest', '']);
    const tags = Object.keys(snapshot.packument(name)['dist-tags'] ?? {});
    if (random.chance(0.02) && tags.length) return random.pick(tags);
    const version = this.version(name, era);
    return version ? this.range(version) : '*';
  }

  era() {
    const { random } = this;
    return random.chance(0.7) ? new Date(Date.UTC(random.between(2015, 2026), random.below(12), 1)).toISOString() : null;
  }

  names(count, only) {
    const { random } = this;
    const chosen = only ?? random.sample(Object.keys(families), random.between(1, 3));
    const pool = chosen.flatMap((family) => random.sample(this.family(family), 8));
    const names = random.sample([...new Set(pool)], count);
    if (random.chance(0.3)) names.push(random.pick(this.snapshot.names.filter(common)));
    return [...new Set(names)];
  }

  /** A package.json with `count` dependencies spread over the dependency maps. */
  manifest(name, count, { era = this.era(), only, root = true } = {}) {
    const { random } = this;
    const out = { name, version: `1.${random.below(3)}.0` };
    if (root) out.private = true;
    const kind = () => random.weighted({ dependencies: 5, devDependencies: root ? 4 : 1, optionalDependencies: 0.6, peerDependencies: root ? 0.3 : 1.5 });
    for (const dep of this.names(count, only)) (out[kind()] ??= {})[dep] = this.spec(dep, era);
    if (out.peerDependencies && random.chance(0.4))
      out.peerDependenciesMeta = { [random.pick(Object.keys(out.peerDependencies))]: { optional: true } };
    if (random.chance(0.12)) this.add_alias(out, era);
    return out;
  }

  add_alias(manifest, era) {
    const name = this.random.pick(this.names(1)), version = this.version(name, era);
    if (version) (manifest.dependencies ??= {})[this.random.pick([`${name.replace(/\W/g, '-').replace(/^-/, '')}-old`, 'aliased'])] = `npm:${name}@${this.range(version)}`;
  }

  /** Overrides of what `lock` (a lockfile's text) contains, so that most of them have an effect. */
  overrides(manifest, packages) {
    const { random, snapshot } = this;
    const names = [...new Set(packages.map(([location]) => location.split('node_modules/').pop()))].filter((n) => snapshot.has(n));
    const inner = names.filter((n) => !Object.hasOwn(manifest.dependencies ?? {}, n) && !Object.hasOwn(manifest.devDependencies ?? {}, n) && !Object.hasOwn(manifest.optionalDependencies ?? {}, n));
    const direct = [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.devDependencies ?? {})];
    const rule = (name) => random.weighted({ version: 5, star: 0.3, reference: direct.length ? 0.7 : 0, alias: 0.5, range: 2 });
    const value = (name) => {
      const version = this.version(name, null) ?? '*';
      switch (rule(name)) {
        case 'reference': { const ref = direct.includes(name) ? name : random.pick(direct); return '$' + ref; }
        case 'star': return '*';
        case 'alias': { const other = random.pick(inner.length ? inner : names); const v = this.version(other, null); return v ? `npm:${other}@${v}` : '*'; }
        case 'range': return parts(version) ? this.range(version) : '*';
        default: return version;
      }
    };
    const key = (name) => {
      const version = random.chance(0.3) ? this.version(name, null) : null;
      return version ? `${name}@${random.pick(['^', '<', '>=', '', '~'])}${version}` : name;
    };
    const out = {};
    for (let i = random.between(1, 4); i > 0; --i) {
      const target = random.pick(inner.length ? inner : names);
      if (!target) break;
      const shape = random.weighted({ flat: 4, nested: 3, dot: 1, deep: 1 });
      if (shape === 'flat') out[key(target)] = value(target);
      const outer = random.pick(random.chance(0.5) && direct.length ? direct : names);
      if (shape === 'nested') (out[outer] = typeof out[outer] === 'object' ? out[outer] : {})[key(target)] = value(target);
      if (shape === 'dot') out[target] = { '.': this.version(target, null) ?? '*', [key(random.pick(names))]: value(random.pick(names)) };
      if (shape === 'deep') out[outer] = { [random.pick(names)]: { [key(target)]: value(target) } };
    }
    return out;
  }

  /** A root with members that depend on each other and on packages of different ages. */
  workspaces() {
    const { random } = this;
    const files = {}, count = random.between(2, 4), only = random.sample(Object.keys(families), 2);
    const root = this.manifest('ws-root', random.between(0, 2), { only });
    root.workspaces = random.pick([['packages/*'], ['packages/*', 'apps/*'], { packages: ['packages/*'] }]);
    const members = Array.from({ length: count }, (_, i) => {
      const name = random.chance(0.3) ? `@scope/${'abcd'[i]}` : `member-${'abcd'[i]}`;
      return this.manifest(name, random.between(1, 3), { only, root: false });
    });
    members.forEach((member, i) => {
      const other = members[random.below(members.length)];
      if (other !== member && random.chance(0.6))
        (member[random.pick(['dependencies', 'devDependencies', 'peerDependencies'])] ??= {})[other.name] =
          random.pick([`^${other.version}`, '*', other.version, '^9.9.9', `>=${other.version}`].slice(0, random.chance(0.08) ? 5 : 3));
      files[`packages/${'abcd'[i]}/package.json`] = member;
    });
    if (random.chance(0.4)) {
      const local = this.manifest('local-dir', random.between(1, 2), { only, root: false });
      files['vendor/local/package.json'] = local;
      if (random.chance(0.5)) (root.dependencies ??= {})['local-dir'] = 'file:vendor/local';
      else (members[0].dependencies ??= {})['local-dir'] = 'file:../../vendor/local';
    }
    files['package.json'] = root;
    return { files, members };
  }
}

export { families };
