// Drives npm 12, pnpm 12, bun, yarn 4 and hoist through everything they can ask of a registry, against a fresh
// hoist-registry, and writes the table of what works.
//   node tests/e2e/registry-clients.mjs --registry PATH [--hoist PATH] [--only npm,yarn] [--write docs/…] [--verbose]
// Needs the npm registry that this machine is configured with, to install the clients themselves.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Client, installClients, run } from './clients.mjs'
import { account, makeRegistry, operations } from './operations.mjs'

const { values: flags } = parseArgs({
  options: {
    registry: { type: 'string' },
    hoist: { type: 'string' },
    clients: { type: 'string', default: join(tmpdir(), 'hoist-e2e-clients') },
    only: { type: 'string' },
    write: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
if (!flags.registry) throw new Error('--registry PATH of the hoist-registry program is needed')

const folder = mkdtempSync(join(tmpdir(), 'hoist-e2e-'))
const storage = join(folder, 'storage')

async function addUser (name, secret, extra = []) {
  const argv = [flags.registry, 'user', 'add', name, '--email', `${name}@example.test`, '--password-stdin', '--storage', storage, ...extra]
  const done = await run(argv, { cwd: folder, env: process.env, input: secret + '\n' })
  if (done.code !== 0) throw new Error(`user add: ${done.text}`)
}

async function makeToken (name) {
  const done = await run([flags.registry, 'token', 'create', name, '--storage', storage], { cwd: folder, env: process.env })
  if (done.code !== 0) throw new Error(`token create: ${done.text}`)
  return done.out.trim()
}

function startRegistry () {
  const child = spawn(flags.registry, ['serve', '--listen', '127.0.0.1:0', '--storage', storage], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', text => { log += text })
  return new Promise((resolve, reject) => {
    let out = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      out += text
      const url = /listening (\S+)/.exec(out)?.[1]
      if (url) resolve({ url, child, log: () => log })
    })
    child.on('exit', code => reject(new Error(`hoist-registry ended with ${code}: ${log}`)))
  })
}

async function versionOf (client) {
  const done = await run([...client.argv, '--version'], { cwd: client.work, env: client.env })
  return done.out.trim().split('\n').pop()
}

/** ✓ works · ✗ does not · – the client has no such command */
async function runAll (clients, registry) {
  const rows = []
  const problems = []
  for (const [title, perClient] of operations) {
    const row = [title]
    for (const client of clients) {
      const operation = perClient[client.name]
      if (!operation) {
        row.push('–')
        continue
      }
      try {
        await operation(client, registry)
        row.push('✓')
      } catch (error) {
        // hoist says so where npm has a command that it does not have yet.
        const missing = /ENOTSUPPORTED[\s\S]*does not have `/.test(error.message)
        row.push(missing ? '–' : '✗')
        if (!missing) problems.push(`${title}, ${client.name}: ${error.message}`)
      }
      console.log(`${row.at(-1)} ${title} (${client.name})`)
      if (flags.verbose && row.at(-1) === '✗') console.log(problems.at(-1))
    }
    rows.push(row)
  }
  return { rows, problems }
}

function toMarkdown (clients, versions, rows) {
  const header = ['operation', ...clients.map((client, i) => `${client.name} ${versions[i]}`)]
  const line = cells => `| ${cells.join(' | ')} |`
  return [
    '# What clients can do with hoist-registry',
    '',
    'Made by `scripts/check-registry-clients`, which drives the clients themselves against a fresh server and looks at the',
    'registry after each step. ✓ works, ✗ does not, – the client has no such command.',
    '',
    line(header),
    line(header.map((_, i) => i === 0 ? '---' : ':-:')),
    ...rows.map(line),
    '',
  ].join('\n')
}

const paths = await installClients(flags.clients)
await addUser(account.user, account.password, ['--admin'])
await addUser('bob', 'bob has one too')
const server = await startRegistry()
const known = {
  npm: [paths.node, paths.npm],
  pnpm: [paths.pnpm],
  bun: [paths.bun],
  yarn: [paths.node, paths.yarn],
  ...(flags.hoist ? { hoist: [flags.hoist] } : {}),
}
const wanted = flags.only?.split(',') ?? Object.keys(known)
const clients = wanted.map(name => new Client({ name, argv: known[name], registry: server.url, folder, node: paths.node }))
const token = await makeToken(account.user)
// bun has no login: it takes the token from its settings, as in CI.
for (const client of clients) if (client.name === 'bun') client.writeSettings(await makeToken(account.user))

const { rows, problems } = await runAll(clients, makeRegistry(server.url, token))
const versions = await Promise.all(clients.map(versionOf))
const ended = new Promise(resolve => server.child.removeAllListeners('exit').on('exit', resolve))
server.child.kill('SIGTERM')
await ended
if (/hoist_[0-9A-Za-z]{42}/.test(server.log())) problems.push('a token stands in the server\'s log')

const table = toMarkdown(clients, versions, rows)
console.log('\n' + table)
for (const problem of problems) console.log('\n✗ ' + problem)
if (flags.write) writeFileSync(flags.write, table)
if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
else console.log(`\nkept: ${folder}`)
process.exit(problems.length === 0 ? 0 : 1)
