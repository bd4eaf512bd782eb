// What each client is asked to do. A missing entry is an operation the client does not have.
import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const user = 'alice'
const password = 'correct horse battery'
const plain = client => `e2e-${client.name}`
const scoped = client => `@e2e/${client.name}`

/** The registry as a bystander sees it. */
export function makeRegistry (url, token) {
  const request = async (path, options = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...options.headers }
    return fetch(new URL(path, url), { ...options, headers })
  }
  return {
    url,
    request,
    async packument (name) {
      const answer = await request(name.replace('/', '%2f'))
      return answer.status === 200 ? answer.json() : undefined
    },
    /** The version is there, and its tarball is what its integrity says. */
    async checkVersion (name, version) {
      const manifest = (await this.packument(name))?.versions[version]
      assert.ok(manifest, `${name}@${version} is not there`)
      const tarball = Buffer.from(await (await request(manifest.dist.tarball)).arrayBuffer())
      assert.equal('sha512-' + createHash('sha512').update(tarball).digest('base64'), manifest.dist.integrity)
      return manifest
    },
    async whoami (bearer) {
      const answer = await fetch(new URL('-/whoami', url), { headers: { authorization: `Bearer ${bearer}` } })
      return answer.status
    },
  }
}

/** Finds the login page in the client's output and does what its owner would do in a browser. */
function confirmInBrowser (state) {
  return text => {
    const page = /https?:\/\/\S+\/-\/v1\/login\/[0-9a-f]+/.exec(text)?.[0]
    if (!page || state.page) return
    state.page = page
    state.confirmed = (async () => {
      const shown = await (await fetch(page)).text()
      assert.match(shown, /<form method="post"/)
      const form = new URLSearchParams({ username: user, password })
      const answer = await fetch(page, { method: 'POST', body: form, headers: { origin: new URL(page).origin } })
      assert.equal(answer.status, 200, await answer.text())
    })()
  }
}

async function webLogin (client, args) {
  const state = {}
  await client.call(args, { onText: confirmInBrowser(state), tty: client.name === 'pnpm' })
  assert.ok(state.page, 'no login page was offered')
  await state.confirmed
  assert.ok(client.storedToken(), 'no token was stored')
}

/** Types the answers to prompts in a terminal. */
function typist (answers) {
  let next = 0
  return (text, child) => {
    while (next < answers.length && answers[next][0].test(text)) child.stdin.write(answers[next++][1] + '\r')
  }
}

const packageOf = (name, version, extra = {}) => ({
  'package.json': { name, version, description: `made for ${name}`, license: 'MIT', main: 'index.js', ...extra },
  'index.js': `module.exports = ${JSON.stringify(name + '@' + version)}\n`,
  'README.md': `# ${name}\n`,
})

const publishArgs = {
  npm: ['publish'], hoist: ['publish'], pnpm: ['publish', '--no-git-checks'], bun: ['publish'], yarn: ['npm', 'publish'],
}
function publish (nameOf, version, extra) {
  return async (client, registry) => {
    const name = nameOf(client)
    const cwd = client.project(`publish-${name.replace('/', '-')}-${version}`, packageOf(name, version, extra))
    const access = name.startsWith('@') ? ['--access', 'public'] : []
    if (client.name === 'yarn') await client.call(['install'], { cwd })
    await client.call([...publishArgs[client.name], ...access], { cwd })
    await registry.checkVersion(name, version)
  }
}

const dependencies = client => ({ [plain(client)]: '^1.0.0', [scoped(client)]: '1.0.0' })
async function install (client) {
  const cwd = client.project('app', { 'package.json': { name: 'app', version: '1.0.0', dependencies: dependencies(client) } })
  await client.call(['install'], { cwd })
  checkInstalled(client, cwd)
}
function checkInstalled (client, cwd) {
  for (const name of [plain(client), scoped(client)]) {
    assert.match(readFileSync(join(cwd, 'node_modules', name, 'index.js'), 'utf8'), /@1\.0\.\d/)
  }
}
const frozenArgs = {
  npm: ['ci'], hoist: ['ci'], pnpm: ['install', '--frozen-lockfile'], bun: ['install', '--frozen-lockfile'], yarn: ['install', '--immutable'],
}
async function frozenInstall (client) {
  const cwd = join(client.work, 'app')
  rmSync(join(cwd, 'node_modules'), { recursive: true, force: true })
  for (const cache of ['.npm', '.cache', '.bun', '.local', '.yarn']) rmSync(join(client.home, cache), { recursive: true, force: true })
  rmSync(join(cwd, '.yarn'), { recursive: true, force: true })
  await client.call(frozenArgs[client.name], { cwd })
  checkInstalled(client, cwd)
}

async function distTag (client, registry, prefix = []) {
  const name = plain(client)
  const args = [...prefix, client.name === 'yarn' ? 'tag' : 'dist-tag']
  await client.call([...args, 'add', `${name}@1.0.0`, 'stable'])
  assert.equal((await registry.packument(name))['dist-tags'].stable, '1.0.0')
  const list = await client.call([...args, client.name === 'yarn' ? 'list' : 'ls', name])
  assert.match(list.out, /stable: 1\.0\.0|stable[^\n]*1\.0\.0/)
  await client.call(client.name === 'yarn' ? [...args, 'remove', name, 'stable'] : [...args, 'rm', name, 'stable'])
  assert.equal((await registry.packument(name))['dist-tags'].stable, undefined)
}

async function deprecate (client, registry) {
  const name = plain(client)
  await client.call(['deprecate', `${name}@1.0.0`, 'use something else'])
  assert.equal((await registry.packument(name)).versions['1.0.0'].deprecated, 'use something else')
}
async function undeprecate (client, registry) {
  const name = plain(client)
  await client.call(['undeprecate', `${name}@1.0.0`])
  assert.ok(!(await registry.packument(name)).versions['1.0.0'].deprecated)
}

async function owner (client, registry) {
  const name = scoped(client)
  const names = async () => (await registry.packument(name)).maintainers.map(each => each.name).sort()
  await client.call(client.name === 'pnpm' ? ['owner', 'add', name, 'bob'] : ['owner', 'add', 'bob', name])
  assert.deepEqual(await names(), ['alice', 'bob'])
  assert.match((await client.call(['owner', 'ls', name])).out, /bob/)
  await client.call(client.name === 'pnpm' ? ['owner', 'rm', name, 'bob'] : ['owner', 'rm', 'bob', name])
  assert.deepEqual(await names(), ['alice'])
}

async function access (client, registry) {
  const name = scoped(client)
  const status = async () => (await fetch(new URL(name.replace('/', '%2f'), registry.url))).status
  const set = client.name === 'pnpm' ? ['access', 'set'] : ['access', 'set']
  await client.call([...set, 'status=private', name])
  assert.equal(await status(), 404)
  assert.match((await client.call(['access', 'get', 'status', name])).out, /private|restricted/)
  await client.call([...set, 'status=public', name])
  assert.equal(await status(), 200)
}

async function token (client, registry) {
  const flags = ['--name=ci', `--password=${password}`, '--packages-all', '--packages-and-scopes-permission=read-only']
  const made = await client.call(['token', 'create', ...flags])
  const secret = /hoist_[0-9A-Za-z]{42}/.exec(made.out)?.[0]
  assert.ok(secret, made.out)
  assert.equal(await registry.whoami(secret), 200)
  const refused = await fetch(new URL(`-/package/${plain(client)}/dist-tags/x`, registry.url), {
    method: 'PUT', body: '"1.0.0"', headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
  })
  assert.equal(refused.status, 403)
  const list = JSON.parse((await client.call(['token', 'list', '--json'])).out)
  const key = list.find(each => each.name === 'ci').key
  await client.call(['token', 'revoke', key])
  assert.equal(await registry.whoami(secret), 401)
}

async function search (client) {
  const found = await client.call(['search', plain(client)])
  assert.match(found.out, new RegExp(plain(client)))
}

async function unpublishVersion (client, registry) {
  const name = plain(client)
  await client.call(['unpublish', `${name}@1.0.1`, '--force'])
  const packument = await registry.packument(name)
  assert.deepEqual(Object.keys(packument.versions), ['1.0.0'])
  assert.equal(packument['dist-tags'].latest, '1.0.0')
}
async function unpublishPackage (client, registry) {
  const name = plain(client)
  await client.call(['unpublish', name, '--force'])
  assert.equal(await registry.packument(name), undefined)
}

async function audit (client) {
  const args = client.name === 'yarn' ? ['npm', 'audit'] : ['audit']
  await client.call(args, { cwd: join(client.work, 'app') })
}

async function whoami (client) {
  const args = { yarn: ['npm', 'whoami'], bun: ['pm', 'whoami'] }[client.name] ?? ['whoami']
  assert.match((await client.call(args)).out, /alice/)
}

async function view (client) {
  const args = { yarn: ['npm', 'info', '--json', plain(client)], bun: ['pm', 'view', plain(client), 'version'] }[client.name] ??
    ['view', plain(client), 'version']
  assert.match((await client.call(args)).out, /1\.0\.1/)
}

async function ping (client) {
  await client.call(['ping'])
}

const teamOf = client => `@e2e:${client.name}s`

async function org (client) {
  await client.call(['org', 'set', 'e2e', 'alice', 'owner'])
  await client.call(['org', 'set', 'e2e', 'bob', 'developer'])
  assert.match((await client.call(['org', 'ls', 'e2e'])).out, /bob/)
}

async function team (client, registry) {
  const name = scoped(client)
  const devs = teamOf(client)
  for (const [member, role] of [['alice', 'owner'], ['bob', 'developer']]) {
    const body = JSON.stringify({ user: member, role })
    await registry.request('-/org/e2e/user', { method: 'PUT', body, headers: { 'content-type': 'application/json' } })
  }
  await client.call(['team', 'create', devs])
  await client.call(['team', 'add', devs, 'bob'])
  assert.match((await client.call(['team', 'ls', devs])).out, /bob/)
  await client.call(['access', 'grant', 'read-write', devs, name])
  const granted = await (await registry.request(`-/team/e2e/${client.name}s/package`)).json()
  assert.deepEqual(granted, { [name]: 'write' })
  assert.match((await client.call(['access', 'list', 'packages', devs])).out, /read-write|write/)
  assert.match((await client.call(['access', 'list', 'collaborators', name])).out, /bob/)
  await client.call(['access', 'revoke', devs, name])
  await client.call(['team', 'rm', devs, 'bob'])
  await client.call(['team', 'destroy', devs])
  assert.equal((await registry.request(`-/team/e2e/${client.name}s/user`)).status, 404)
}

async function profile (client) {
  await client.call(['profile', 'set', 'fullname', `Alice of ${client.name}`])
  assert.match((await client.call(['profile', 'get', 'fullname'])).out, new RegExp(`Alice of ${client.name}`))
}

/** pnpm makes tokens that are limited by network and read-only, and asks for the password. */
async function pnpmToken (client, registry) {
  const made = await client.call(['token', 'create', '--read-only', '--cidr', '127.0.0.0/8'], {
    tty: true, onText: typist([[/password/i, password]]),
  })
  const secret = /hoist_[0-9A-Za-z]{42}/.exec(made.text)?.[0]
  assert.ok(secret, made.text)
  assert.equal(await registry.whoami(secret), 200)
  const list = JSON.parse((await client.call(['token', 'list', '--json'])).out)
  await client.call(['token', 'revoke', list.find(each => each.readonly).key])
  assert.equal(await registry.whoami(secret), 401)
}

async function logout (client, registry) {
  const before = client.storedToken()
  assert.equal(await registry.whoami(before), 200)
  await client.call(client.name === 'yarn' ? ['npm', 'logout'] : ['logout'])
  if (client.name !== 'yarn') assert.equal(await registry.whoami(before), 401, 'the token still works')
}

const all = operation => Object.fromEntries(['npm', 'pnpm', 'bun', 'yarn', 'hoist'].map(name => [name, operation]))
const only = (names, operation) => Object.fromEntries(names.map(name => [name, operation]))
const npmLike = ['npm', 'pnpm', 'hoist']

const legacyLogin = client => client.call(['login', '--auth-type=legacy'], {
  tty: true, onText: typist([[/username:/i, user], [/password:/i, password], [/email[^\n]*:/i, 'alice@example.test']]),
}).then(() => assert.ok(client.storedToken()))

/** In the order in which they run: later ones use what earlier ones made. */
export const operations = [
  ['login in the browser', { ...only(npmLike, client => webLogin(client, ['login'])) }],
  ['login with a password', {
    npm: legacyLogin,
    hoist: legacyLogin,
    yarn: client => client.call(['npm', 'login'], {
      tty: true, onText: typist([[/Username/i, user], [/Password/i, password]]),
    }).then(() => assert.ok(client.storedToken())),
  }],
  ['whoami', all(whoami)],
  ['ping', only(npmLike, ping)],
  ['publish', all(publish(plain, '1.0.0'))],
  ['publish, scoped', all(publish(scoped, '1.0.0'))],
  ['publish, a second version', all(publish(plain, '1.0.1', { keywords: ['e2e'] }))],
  ['view', all(view)],
  ['install', all(install)],
  ['install, frozen, cold cache', all(frozenInstall)],
  ['dist-tag add, ls, rm', { ...only(npmLike, distTag), yarn: (client, registry) => distTag(client, registry, ['npm']) }],
  ['deprecate', only(npmLike, deprecate)],
  ['undeprecate', only(npmLike, undeprecate)],
  ['owner add, ls, rm', only(npmLike, owner)],
  ['access get, set', only(npmLike, access)],
  ['org set, ls', only(['npm', 'hoist'], org)],
  ['team, access grant', only(npmLike, team)],
  ['profile get, set', only(npmLike, profile)],
  ['token create, list, revoke', { npm: token, hoist: token, pnpm: pnpmToken }],
  ['search', only(npmLike, search)],
  ['audit', all(audit)],
  ['unpublish a version', only(npmLike, unpublishVersion)],
  ['unpublish a package', only(npmLike, unpublishPackage)],
  ['logout', only(['npm', 'pnpm', 'hoist', 'yarn'], logout)],
]
export const account = { user, password }
