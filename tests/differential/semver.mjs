// Compares hoist's semver with the `semver` package over generated versions and ranges.
//   node semver.mjs --hoist-diff <build>/bin/semver_batch [--count 100000] [--seed N] [--semver <folder of the package>]
// Without --semver the package inside the installed npm is used. Exits with 1 on the first batch with differences.

import { execFileSync, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values: flags } = parseArgs({
  options: {
    'hoist-diff': { type: 'string' },
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    semver: { type: 'string' },
    'cli-count': { type: 'string', default: '400' },
  },
})
if (!flags['hoist-diff']) {
  console.error('usage: node semver.mjs --hoist-diff <program> [--count N] [--seed N] [--semver DIR] [--cli-count N]')
  process.exit(2)
}

const packageFolder = resolve(
  flags.semver ??
    join(execFileSync('npm', ['root', '-g'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(), 'npm/node_modules/semver'),
)
const require = createRequire(import.meta.url)
const semver = require(packageFolder)
const program = resolve(flags['hoist-diff'])

// ---- random input -------------------------------------------------------------------------------------------------------

let state = Number(flags.seed) >>> 0
const random = n => {
  state = (state + 0x6d2b79f5) >>> 0
  let t = state
  t = Math.imul(t ^ (t >>> 15), t | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) % n
}
const pick = list => list[random(list.length)]
const chance = percent => random(100) < percent

const smallNumbers = ['0', '0', '0', '1', '1', '1', '2', '2', '3', '10', '12']
const oddNumbers = [
  '01', '00', '007', '123456789', '999999999999999', '1000000000000000', '9007199254740990', '9007199254740991',
  '9007199254740992', '99999999999999999999', '999999999999999999999999', '', '-1', '1e3',
]
const number = () => (chance(97) ? pick(smallNumbers) : pick(oddNumbers))
const identifiers = ['0', '0', '1', '2', '10', 'alpha', 'beta', 'rc', 'a', 'x', 'X', 'B', 'pre', 'beta1', '1a', '-', 'a-b', '--', '0a']
const oddIdentifiers = [
  '01', '00', '-1', '1-', '9007199254740990', '9007199254740991', '9007199254740993', '9007199254740992',
  '00009007199254740993', '1e5', '0x1', 'Infinity', '', 'é', 'a'.repeat(60), '123456789012345678901234567890',
]
const identifierList = () =>
  Array.from({ length: 1 + random(3) }, () => (chance(93) ? pick(identifiers) : pick(oddIdentifiers))).join('.')
const spaces = ['', '', '', '', ' ', '  ', '\t', '\n', '\u00a0', '\u2003', '\ufeff', '\r\n']
const junk = [...'0123456789.-+xX*~^<>=v |abAZ_/', '||', ' - ', '\u00e9', '\ud83d\ude00', '\u00a0']

const mutate = text => {
  for (let edits = 1 + random(2); edits > 0; --edits) {
    const at = random(text.length + 1)
    const kind = random(3)
    const tail = text.slice(kind === 0 ? at : at + 1)
    text = text.slice(0, at) + (kind === 1 ? '' : pick(junk)) + tail
  }
  return text.toWellFormed ? text.toWellFormed() : text.replace(/[\ud800-\udfff]/g, '')
}

const plainVersion = () => {
  let text = `${number()}.${number()}.${number()}`
  if (chance(35)) text += (chance(95) ? '-' : '') + identifierList()
  if (chance(8)) text += `+${identifierList()}`
  return text
}
const version = () => {
  let text = plainVersion()
  if (chance(8)) text = pick(['v', '=', '=v', 'v ', '= ', ' v', 'vv', '==']) + text
  if (chance(6)) text = pick(spaces) + text + pick(spaces)
  if (chance(6)) text = mutate(text)
  if (chance(1)) text = text + 'a'.repeat(240 + random(20))
  if (chance(1)) text = `1.2.${'3'.repeat(1 + random(260))}${pick(['', '.5', '-', 'a', '.a-b'])}`
  return text
}

const partial = () => {
  const kind = random(10)
  if (kind < 6) return plainVersion()
  const part = () => (chance(25) ? pick(['x', 'X', '*']) : number())
  let text = part()
  if (kind > 6) text += `.${part()}`
  if (kind > 7) text += `.${part()}`
  if (chance(8)) text += `-${identifierList()}`
  if (chance(4)) text += `+${identifierList()}`
  return text
}
const operators = ['', '', '', '^', '^', '^', '~', '~', '~>', '>', '>=', '>=', '<', '<', '<=', '=', '==', '=v', 'v', '^v', '~=', '=>', '<>', '^^']
const comparator = () => pick(operators) + (chance(12) ? pick(spaces) : '') + partial()
const conjunction = () => {
  const kind = random(20)
  if (kind === 0) return pick(['', '*', 'x', ' ', '>=0.0.0', '>=0.0.0-0', '<0.0.0', '<0.0.0-0', '-', 'latest', '>*', '<x', '>=*', '=*', '1.2.3*'])
  if (kind < 3) return partial() + pick([' - ', ' - ', ' - ', '  -  ', '- ', ' -', '\t-\n']) + partial()
  if (kind < 5) return `>=${partial()} <${partial()}`
  return Array.from({ length: 1 + random(3) }, comparator).join(chance(92) ? ' ' : pick([',', '  ', '\t', '']))
}
const range = () => {
  let text = Array.from({ length: chance(70) ? 1 : 1 + random(3) }, conjunction).join(pick(['||', ' || ', ' ||', '|| ', ' || ']))
  if (chance(7)) text = mutate(text)
  if (chance(4)) text = pick(spaces) + text + pick(spaces)
  if (chance(1)) text = text.replace(/\d/, d => d.repeat(1 + random(300)))
  if (chance(1)) text = text.replace(/[a-w]/, c => c.repeat(1 + random(300)))
  return text
}
const releases = ['major', 'premajor', 'minor', 'preminor', 'patch', 'prepatch', 'prerelease', 'release', 'pre', 'prefix', 'none']
const preids = ['', '', '', 'beta', 'alpha', 'rc', 'a.b', '0', '1', '01', 'beta.1', '-', 'x_y', 'a..b', '9007199254740993', 'alpha.beta']
const bases = ['', '', '', '0', '1', 'false', 'false', '2', 'x', '0x0', '0x1', ' ', '1e0', '-1', '.', '0.0', 'Infinity']

const question = () => {
  const r = range()
  const v = version()
  return {
    op: 'pair', v, r,
    v2: chance(20) ? mutate(v) : version(),
    r2: chance(20) ? mutate(r) : chance(10) ? r : range(),
    list: Array.from({ length: random(7) }, plainVersion),
    release: pick(releases), preid: pick(preids), base: pick(bases),
  }
}

// ---- the package's answers ----------------------------------------------------------------------------------------------

const attempt = action => {
  try {
    return action()
  } catch {
    return 'throw'
  }
}
const text = value => (value === null || value === undefined ? null : value.version)

const answerPair = q => {
  const out = [0, 1, 2, 3].map(mode => {
    const options = { loose: (mode & 1) !== 0, includePrerelease: (mode & 2) !== 0 }
    const parsed = semver.parse(q.v, options)
    const list = q.list.filter(entry => semver.valid(entry, options))
    const parsedRange = attempt(() => new semver.Range(q.r, options))
    const makeRange = () => {
      if (parsedRange === 'throw') throw new Error('not a range')
      return parsedRange
    }
    const base = q.base === 'false' ? false : q.base
    return {
      valid: text(parsed),
      build: parsed ? parsed.build : null,
      prerelease: parsed ? parsed.prerelease : [],
      clean: semver.clean(q.v, options),
      compare: attempt(() => semver.compare(q.v, q.v2, options)),
      compareBuild: attempt(() => semver.compareBuild(q.v, q.v2, options)),
      inc: semver.inc(q.v, q.release, options, q.preid, base),
      coerce: text(semver.coerce(q.v, { ...options, rtl: false })),
      coerceRtl: text(semver.coerce(q.v, { ...options, rtl: true })),
      satisfies: semver.satisfies(q.v, q.r, options),
      range: parsedRange === 'throw' ? null : parsedRange.range,
      raw: parsedRange === 'throw' ? null : parsedRange.raw,
      max: semver.maxSatisfying(list, q.r, options),
      min: semver.minSatisfying(list, q.r, options),
      minVersion: attempt(() => text(semver.minVersion(q.r, options))),
      simplify: attempt(() => {
        const simplified = semver.simplifyRange(list.map(entry => semver.valid(entry, options)), makeRange(), options)
        return typeof simplified === 'string' ? simplified : simplified.raw
      }),
      gtr: attempt(() => semver.gtr(q.v, q.r, options)),
      ltr: attempt(() => semver.ltr(q.v, q.r, options)),
      intersects: attempt(() => semver.intersects(q.r, q.r2, options)),
      // As ranges, since equal texts are subsets of each other there even when they are not ranges.
      subset: attempt(() => semver.subset(makeRange(), new semver.Range(q.r2, options), options)),
    }
  })
  out.push(attempt(() => semver.diff(q.v, q.v2)))
  return out
}

// ---- comparison ---------------------------------------------------------------------------------------------------------

const ask = questions => {
  const input = questions.map(q => JSON.stringify(q)).join('\n') + '\n'
  const child = spawnSync(program, { input, maxBuffer: 1 << 30, encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`${program} ended with ${child.status ?? child.signal}: ${child.stderr}`)
  return child.stdout.trimEnd().split('\n').map(line => JSON.parse(line))
}

let differences = 0
let asked = 0
const perOperation = new Map()
const report = (what, input, theirs, ours) => {
  perOperation.set(what, (perOperation.get(what) ?? 0) + 1)
  if (++differences <= 30) console.log(`${what}\n  input ${JSON.stringify(input)}\n  semver ${JSON.stringify(theirs)}\n  hoist  ${JSON.stringify(ours)}`)
}

const comparePair = (q, ours) => {
  const theirs = answerPair(q)
  theirs.slice(0, 4).forEach((answers, mode) => {
    for (const [operation, value] of Object.entries(answers)) {
      const other = ours[mode][operation]
      if (JSON.stringify(value) !== JSON.stringify(other)) {
        // The package re-reads what it printed, in strict mode or out of bounds by now, and may then fail; we keep the value.
        const reread = typeof other === 'string' && semver.valid(other) === null
        if (value === 'throw' && other !== 'throw' && (reread || attempt(() => rereadable(q, mode)) !== true)) continue
        report(`${operation} (mode ${mode})`, q, value, other)
      }
    }
  })
  if (theirs[4] !== ours[4]) report('diff', q, theirs[4], ours[4])
}

/** Whether everything in the question survives being printed and read strictly. */
const rereadable = (q, mode) => {
  const options = { loose: (mode & 1) !== 0, includePrerelease: (mode & 2) !== 0 }
  const printed = [semver.valid(q.v, options), ...q.list.map(entry => semver.valid(entry, options))]
  for (const r of [q.r, q.r2])
    for (const set of attempt(() => new semver.Range(r, options).set) === 'throw' ? [] : new semver.Range(r, options).set)
      for (const c of set) printed.push(c.semver.version ?? null)
  return printed.every(entry => entry === null || semver.valid(entry) === entry)
}

const cliArguments = () => {
  const args = []
  const flagsWithout = ['-l', '--loose', '-p', '--include-prerelease', '-c', '--coerce', '--rtl', '--ltr', '-rv', '--reverse', '-rev', '--rev']
  for (let n = random(4); n > 0; --n) args.push(version())
  if (chance(25)) args.push(...Array.from({ length: 1 + random(2) }, () => pick(flagsWithout)))
  if (chance(30)) args.push(...(chance(80) ? [pick(['-r', '--range']), range()] : [`--range=${range()}`]))
  if (chance(10)) args.push('-r', range())
  if (chance(40)) {
    if (chance(50)) args.splice(0, args.length, plainVersion(), ...(chance(20) ? ['-l'] : []))
    args.push(pick(['-i', '--inc', '--increment']), ...(chance(80) ? [pick(releases)] : []))
    if (chance(40)) args.push('--preid', pick(preids))
    if (chance(40)) args.push('-n', pick(bases))
  }
  if (chance(20)) args.push(plainVersion())
  if (chance(5)) args.push(pick(['-v', '--version', '-r', '-n', '--preid', '-i', '-v=1.2.3', '-i=minor', '=1.0.0']))
  if (chance(20)) args.sort(() => random(3) - 1)
  return args.filter(arg => !arg.includes('\0'))
}

const compareCli = count => {
  const questions = Array.from({ length: count }, () => ({ op: 'cli', args: cliArguments() }))
  ask(questions).forEach(([code, out, err], index) => {
    const { args } = questions[index]
    const child = spawnSync(process.execPath, [join(packageFolder, 'bin/semver.js'), ...args], { encoding: 'utf8' })
    const helped = args.length === 0
    const theirs = [child.status, helped ? '' : child.stdout, child.stderr !== '']
    const ours = [code, helped ? '' : out, err !== '']
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) report('cli', args, theirs, ours)
  })
  asked += count
}

const compareCollation = count => {
  const letters = [...'aAbBzZ019', ...'_-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$ ']
  const word = () => Array.from({ length: random(8) }, () => pick(letters)).join('')
  const questions = Array.from({ length: count }, () => {
    const a = word()
    return { op: 'collate', a, b: chance(50) ? word() : [...a].map(c => (chance(70) ? c : c.toUpperCase())).join('') + (chance(20) ? pick(letters) : '') }
  })
  ask(questions).forEach((ours, index) => {
    const theirs = Math.sign(questions[index].a.localeCompare(questions[index].b, 'en'))
    if (theirs !== ours) report('collate', questions[index], theirs, ours)
  })
  asked += count
}

const batch = 5000
for (let done = 0; done < Number(flags.count) && differences === 0; done += batch) {
  const questions = Array.from({ length: Math.min(batch, Number(flags.count) - done) }, question)
  const answers = ask(questions)
  questions.forEach((q, index) => comparePair(q, answers[index]))
  asked += questions.length
}
compareCollation(Math.min(Number(flags.count), 20000))
compareCli(Number(flags['cli-count']))

console.log(`semver ${require(join(packageFolder, 'package.json')).version}, seed ${flags.seed}: ${asked} questions, ${differences} differences`)
for (const [what, count] of perOperation) console.log(`  ${what}: ${count}`)
process.exitCode = differences === 0 ? 0 : 1
