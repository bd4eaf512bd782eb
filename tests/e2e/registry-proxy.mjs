// A real project through a cold hoist-registry that proxies the configured npm registry; then the upstream is stopped and
// the project is installed again from the cache; and nothing private was asked upstream. A relay stands between the two
// registries: it writes down what goes over the wire, and can be stopped.
//   node tests/e2e/registry-proxy.mjs --registry PATH [--hoist PATH] [--project FOLDER] [--only npm,bun]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { Client, installClients, run } from './clients.mjs'

const { values: flags } = parseArgs({
  options: {
    registry: { type: 'string' },
    hoist: { type: 'string' },
    project: { type: 'string', default: new URL('../../fixtures/projects/mixed', import.meta.url).pathname },
    clients: { type: 'string', default: join(tmpdir(), 'hoist-e2e-clients') },
    only: { type: 'string' },
  },
})
if (!flags.registry) throw new Error('--registry PATH of the hoist-registry program is needed')
const folder = mkdtempSync(join(tmpdir(), 'hoist-proxy-'))
const storage = join(folder, 'storage')

/** Hands every request on to the configured registry and remembers its path. */
async function startRelay () {
  const upstream = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim()
  const seen = []
  const server = createServer(async (request, response) => {
    seen.push(request.method + ' ' + request.url)
    try {
      const headers = {}
      for (const name of ['accept', 'if-none-match', 'if-modified-since', 'content-type']) {
        if (request.headers[name]) headers[name] = request.headers[name]
      }
      const body = request.method === 'POST' ? Buffer.concat(await request.toArray()) : undefined
      const answer = await fetch(new URL(request.url.slice(1), upstream), { method: request.method, headers, body })
      const kept = {}
      for (const name of ['etag', 'last-modified', 'content-type']) {
        if (answer.headers.get(name)) kept[name] = answer.headers.get(name)
      }
      response.writeHead(answer.status, kept)
      if (answer.body) Readable.fromWeb(answer.body).pipe(response)
      else response.end()
    } catch {
      response.destroy()
    }
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const port = server.address().port
  return { url: `http://127.0.0.1:${port}/`, seen, stop: () => { server.closeAllConnections(); server.close() } }
}

function startRegistry (config) {
  const child = spawn(flags.registry, ['serve', '--listen', '127.0.0.1:0', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', text => { log += text })
  return new Promise((resolve, reject) => {
    let out = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      out += text
      const url = /listening (\S+)/.exec(out)?.[1]
      if (url) resolve({ url, stop: () => new Promise(done => { child.on('exit', done); child.kill('SIGTERM') }) })
    })
    child.on('exit', code => reject(new Error(`hoist-registry ended with ${code}: ${log}`)))
  })
}

const countPackages = path => !existsSync(path) ? 0 : readdirSync(path, { recursive: true }).filter(file => /(^|\/)node_modules\/(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test('node_modules/' + file)).length

async function install (client, title) {
  const manifest = JSON.parse(readFileSync(join(flags.project, 'package.json'), 'utf8'))
  manifest.dependencies = { ...manifest.dependencies, '@private/thing': '1.0.0' }
  const cwd = client.project(`app-${title.replaceAll(' ', '-')}`, { 'package.json': manifest })
  const begin = Date.now()
  // Old projects have peers that contradict each other; what is looked at here is the way of the packages.
  const peers = client.name === 'bun' ? [] : ['--legacy-peer-deps']
  await client.call(['install', '--ignore-scripts', ...peers], { cwd, seconds: 400 })
  const packages = countPackages(join(cwd, 'node_modules'))
  if (packages < 2 || !existsSync(join(cwd, 'node_modules/@private/thing/package.json'))) throw new Error('the tree is not complete')
  console.log(`${title}: ${client.name} installed ${packages} packages in ${((Date.now() - begin) / 1000).toFixed(1)} s`)
  return packages
}

const paths = await installClients(flags.clients)
const relay = await startRelay()
mkdirSync(storage)
const config = join(folder, 'config.yaml')
writeFileSync(config, [
  `storage: ${storage}`,
  "scopes: ['@claimed']",
  `uplinks: {up: {url: '${relay.url}', maxage: 1h, timeout: 120s}}`,
  "packages: {'@private/*': {access: $all, publish: $authenticated}, '**': {access: $all, publish: $authenticated, proxy: up}}",
  'audit: up',
  '',
].join('\n'))
const added = await run([flags.registry, 'user', 'add', 'alice', '--password-stdin', '--storage', storage], { cwd: folder, env: process.env, input: 'secret\n' })
if (added.code !== 0) throw new Error(added.text)
const token = (await run([flags.registry, 'token', 'create', 'alice', '--storage', storage], { cwd: folder, env: process.env })).out.trim()
let server = await startRegistry(config)

const known = { hoist: flags.hoist && [flags.hoist], npm: [paths.node, paths.npm], bun: [paths.bun] }
const names = (flags.only?.split(',') ?? Object.keys(known)).filter(name => known[name])
const make = (name, part) => new Client({ name, argv: known[name], registry: server.url, folder: join(folder, part), node: paths.node })

// Private packages, with names that lie in no claimed scope as well.
const publisher = make('npm', 'publisher')
publisher.writeSettings(token)
for (const name of ['@private/thing', 'very-private-thing', '@claimed/thing']) {
  const cwd = publisher.project(name.replace('/', '-'), { 'package.json': { name, version: '1.0.0' }, 'index.js': '' })
  await publisher.call(['publish', '--access', 'public'], { cwd })
}
const first = {}
for (const name of names) first[name] = await install(make(name, 'cold'), 'cold')
const viewer = make('npm', 'viewer')
for (const name of ['very-private-thing', '@claimed/thing', '@private/missing', '@claimed/missing']) {
  await run([...viewer.argv, 'view', name], { cwd: viewer.work, env: viewer.env })
}
// Old projects have vulnerabilities, and npm's exit code then says so: what counts is that there is an answer.
const audit = await run([...viewer.argv, 'audit', '--json'], { cwd: join(folder, 'cold/npm/work/app-cold'), env: viewer.env, seconds: 200 })
console.log(`audit: ${JSON.parse(audit.out).metadata.vulnerabilities.total} vulnerabilities`)

relay.stop()
await server.stop()
server = await startRegistry(config)
const asked = relay.seen.length
const problems = []
for (const name of names) {
  const packages = await install(make(name, 'offline'), 'upstream stopped')
  if (packages !== first[name]) problems.push(`${name}: ${packages} packages without the upstream, ${first[name]} with it`)
}
await server.stop()
if (relay.seen.length !== asked) problems.push('the stopped relay was reached')
const leaks = relay.seen.filter(line => /very-private|@private|@claimed/.test(decodeURIComponent(line)))
if (leaks.length > 0) problems.push('private names were asked upstream: ' + leaks.join(', '))
console.log(`the upstream saw ${asked} requests, ${leaks.length} of them about private names`)
for (const problem of problems) console.log('✗ ' + problem)
if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
else console.log(`kept: ${folder}`)
process.exit(problems.length === 0 ? 0 : 1)
