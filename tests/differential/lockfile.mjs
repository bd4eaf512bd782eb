// Compares hoist's lockfile reader and writer with npm's: every lock is loaded by Arborist (loadVirtual) and written again
// as v1, v2, v3, as it is, as a hidden lockfile and without registry URLs; lockfile_batch does the same; bytes must agree.
//   node lockfile.mjs --batch <build>/bin/lockfile_batch [--npm <folder of npm>] [--write <folder>] <lock.json>...
// With --write, npm's answers are kept there, which is how fixtures/lockfiles was made.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values: flags, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { batch: { type: 'string' }, npm: { type: 'string' }, write: { type: 'string' } },
})
if (!flags.batch || files.length === 0) {
  console.error('usage: node lockfile.mjs --batch <build>/bin/lockfile_batch [--npm <folder>] [--write <folder>] <lock.json>...')
  process.exit(2)
}
const npm = resolve(flags.npm ??
  join(execFileSync('npm', ['root', '-g'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(), 'npm'))
const require = createRequire(join(npm, 'package.json'))
const Arborist = require('@npmcli/arborist')
const Shrinkwrap = require('@npmcli/arborist/lib/shrinkwrap.js')

const forms = [
  { label: 'asis' },
  { label: 'v1', version: 1 },
  { label: 'v2', version: 2 },
  { label: 'v3', version: 3 },
  { label: 'tabs', version: 3, indent: '\t', newline: '\r\n' },
  { label: 'line', version: 2, format: false },
  { label: 'omit', version: 2, omit: true },
  { label: 'hidden', hidden: true },
]

// npm reads the root, the workspaces and other link targets from the disk and trusts the lock only where both agree.
function writeManifests (path, text) {
  let lock
  try {
    lock = JSON.parse(text)
  } catch {
    return
  }
  for (const [location, entry] of Object.entries(lock.packages ?? {})) {
    if (/(^|\/)node_modules\//.test(location)) continue
    const folder = join(path, location)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: basename(folder), ...entry }))
  }
}

// What npm writes for `file` in this form.
async function npmText (file, form) {
  const path = join(mkdtempSync(join(tmpdir(), 'hoist-lockfile-')), '-', '-', 'project')
  mkdirSync(path, { recursive: true })
  try {
    const text = readFileSync(file, 'utf8')
    writeFileSync(join(path, 'package-lock.json'), text)
    writeManifests(path, text)
    const arb = new Arborist({ path, lockfileVersion: form.version, omitLockfileRegistryResolved: !!form.omit })
    const tree = await arb.loadVirtual()
    let { meta } = tree
    if (form.hidden) {
      meta = await Shrinkwrap.reset({ path, hiddenLockfile: true })
      meta.reset()
      for (const node of tree.inventory.values()) meta.add(node)
      meta.tree = tree
    }
    if (form.indent !== undefined) meta.indent = form.indent
    meta.newline = form.newline ?? '\n'
    return meta.toString({ format: form.format ?? true })
  } catch (error) {
    return `error ${error.code ?? error.message}`
  } finally {
    rmSync(resolve(path, '../../..'), { recursive: true })
  }
}

const jobs = files.flatMap(file => forms.map(form => ({ file: resolve(file), ...form })))
const run = spawnSync(resolve(flags.batch), { input: jobs.map(job => JSON.stringify(job) + '\n').join(''), encoding: 'utf8', maxBuffer: 1 << 30 })
if (run.status !== 0) throw new Error(`the batch program failed: ${run.stderr}`)
const ours = run.stdout.trimEnd().split('\n').map(line => JSON.parse(line).text)

let bad = 0
for (const [i, job] of jobs.entries()) {
  const theirs = await npmText(job.file, job)
  if (flags.write && !theirs.startsWith('error ')) {
    writeFileSync(join(flags.write, `${basename(job.file, '.json')}-${job.label}.json`), theirs)
  }
  if (theirs === ours[i] || (theirs.startsWith('error ') && ours[i].startsWith('error '))) continue
  ++bad
  const a = theirs.split('\n')
  const b = ours[i].split('\n')
  const at = a.findIndex((line, n) => line !== b[n])
  console.log(`${job.file} ${job.label}: line ${at + 1}\n  npm:   ${a.slice(Math.max(0, at - 2), at + 3).join('\n         ').slice(0, 600)}` +
    `\n  hoist: ${b.slice(Math.max(0, at - 2), at + 3).join('\n         ').slice(0, 600)}`)
}
console.log(`${jobs.length} comparisons, ${bad} differences`)
process.exit(bad ? 1 : 0)
