// npm run bench: limn and its strongest peers side by side. See docs/performance.md.

import { parseArgs } from 'node:util'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readText, writeAtomic } from '../src/node/files/files.js'
import { caseNames, type CaseName } from './cases/cases.js'
import { sameAnswers } from './compete.js'
import { writeDocument } from './document.js'
import { describeMachine } from './machine.js'
import { measureLarge } from './large.js'
import { measureLibraries } from './libraries.js'
import { installPeers } from './peers.js'
import type { CaseResult, Results } from './results.js'
import { measureRoofline } from './roofline.js'
import { runCase, withFolder, type RunOptions } from './run-case.js'
import { measureScaling } from './scaling.js'
import { caseLines, largeLines, rooflineText } from './text.js'

const usage = `npm run bench -- [options]
  --case NAME      only this case; may be repeated (${caseNames.join(', ')})
  --repeats N      turns of each side, default 3
  --quick          small sizes: does everything work?
  --no-scaling     leave out how limn's times grow
  --no-libraries   leave out JavaScript's eigensolvers at growing sizes
  --large          also the Graphon NTK of 8192 samples with the top of its spectrum, limn alone; takes minutes
  --threads N      for both sides, default 2 or what the machine has
  --json FILE      write the results
  --doc            put the results into docs/performance.md
  --from FILE      with --doc: take them from an earlier --json instead of running
With --case, growth is measured only where --scaling asks for it, and JavaScript's eigensolvers not at all.
Exit code 1 when a case fails or an answer differs; times are never judged.`

const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true },
    repeats: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    scaling: { type: 'boolean', default: false },
    'no-scaling': { type: 'boolean', default: false },
    'no-libraries': { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    json: { type: 'string' },
    doc: { type: 'boolean', default: false },
    from: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(Number.isInteger(value) && value > 0))
    throw new RangeError(`--${name}: expected a positive integer, got ${text}`)
  return value
}

function chosenCases(): readonly CaseName[] {
  const asked = values.case ?? []
  const unknown = asked.find((name) => !(caseNames as readonly string[]).includes(name))
  if (unknown !== undefined) throw new RangeError(`--case: expected one of ${caseNames.join(', ')}, got ${unknown}`)
  return asked.length === 0 ? caseNames : caseNames.filter((name) => asked.includes(name))
}

async function run(): Promise<Results> {
  const names = chosenCases()
  const options: RunOptions = {
    threads: positive('threads', values.threads),
    quick: values.quick,
    repeats: positive('repeats', values.repeats),
    budgetSeconds: 20,
    pauseSeconds: 0.1,
  }
  const begin = performance.now()
  const seconds = () => (performance.now() - begin) / 1000
  installPeers()
  const installSeconds = seconds()
  const roofline = await withFolder((scratch) => measureRoofline(options.threads, scratch))
  console.log(rooflineText(roofline, options.threads))
  const cases: CaseResult[] = []
  const failures: { name: string; problem: string }[] = []
  for (const name of names) {
    try {
      const since = seconds()
      const result = { ...(await runCase(name, roofline, options)), seconds: seconds() - since }
      cases.push(result)
      console.log(`\n${name}: ${result.title}\n${caseLines(result).join('\n')}`)
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      failures.push({ name, problem })
      console.log(`\n${name}: failed: ${problem}`)
    }
  }
  // Single cases are for looking at those cases.
  const whole = values.case === undefined
  const attempt = async <Result>(title: string, wanted: boolean, measure: () => Promise<Result>) => {
    if (!wanted) return undefined
    console.log(`\n${title}`)
    try {
      return await measure()
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      failures.push({ name: title, problem })
      console.log(`  failed: ${problem}`)
      return undefined
    }
  }
  const libraries = await attempt('JavaScript\u2019s eigensolvers', whole && !values['no-libraries'], () =>
    measureLibraries(options, console.log),
  )
  const scaling = await attempt('growth of limn\u2019s times', values.scaling || (whole && !values['no-scaling']), () =>
    measureScaling(names, options, console.log),
  )
  const large = await attempt('a large kernel', values.large, () => measureLarge(options))
  if (large) console.log(largeLines(large).join('\n'))
  return {
    format: 'limn-bench',
    version: 1,
    date: new Date().toISOString().slice(0, 10),
    quick: options.quick,
    threads: options.threads,
    machine: describeMachine(),
    roofline,
    cases,
    failures,
    scaling: scaling ?? [],
    libraries: libraries ?? [],
    ...(large && { large }),
    installSeconds,
    seconds: seconds(),
  }
}

async function main(): Promise<void> {
  if (values.help) {
    console.log(usage)
    return
  }
  const results = values.from === undefined ? await run() : (JSON.parse(readText(values.from)) as Results)
  if (values.json !== undefined) writeAtomic(values.json, `${JSON.stringify(results, null, 2)}\n`)
  if (values.doc) writeDocument(page, results)
  const agreed = results.cases.every(sameAnswers) && results.libraries.every(({ check }) => check?.same ?? true)
  if (results.failures.length > 0 || !agreed) process.exitCode = 1
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
})
