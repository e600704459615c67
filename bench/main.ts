// npm run bench: limn and its strongest peers side by side. See docs/performance.md.

import { parseArgs } from 'node:util'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readText, writeAtomic } from '../src/node/files.js'
import { caseNames, type CaseName } from './cases/cases.js'
import { sameAnswers } from './compete.js'
import { writeDocument } from './document.js'
import { describeMachine } from './machine.js'
import { installPeers } from './peers.js'
import type { CaseResult, Results } from './results.js'
import { measureRoofline } from './roofline.js'
import { runCase, withFolder, type RunOptions } from './run-case.js'
import { measureScaling } from './scaling.js'
import { caseLines } from './text.js'

const usage = `npm run bench -- [options]
  --case NAME      only this case; may be repeated (${caseNames.join(', ')})
  --repeats N      turns of each side, default 5
  --quick          small sizes: does everything work?
  --scaling        also measure how limn's times grow
  --threads N      for both sides, default 2 or what the machine has
  --json FILE      write the results
  --doc            put the results into docs/performance.md
  --from FILE      with --doc: take them from an earlier --json instead of running
Exit code 1 when a case fails or an answer differs; times are never judged.`

const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true },
    repeats: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    scaling: { type: 'boolean', default: false },
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
    budgetSeconds: 30,
    pauseSeconds: 0.1,
  }
  const begin = performance.now()
  installPeers()
  const roofline = await withFolder((scratch) => measureRoofline(options.threads, scratch))
  console.log(
    `peak on ${options.threads} threads: ${roofline.f32.toFixed(0)} GFLOP/s f32, ${roofline.f64.toFixed(0)} GFLOP/s f64, ${roofline.bandwidth.toFixed(1)} GB/s`,
  )
  const cases: CaseResult[] = []
  const failures: { name: CaseName; problem: string }[] = []
  for (const name of names) {
    try {
      const result = await runCase(name, roofline, options)
      cases.push(result)
      console.log(`\n${name}: ${result.title}\n${caseLines(result).join('\n')}`)
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      failures.push({ name, problem })
      console.log(`\n${name}: failed: ${problem}`)
    }
  }
  if (values.scaling) console.log('\ngrowth of limn\u2019s times')
  const scaling = values.scaling ? await measureScaling(names, { ...options, repeats: 3 }, console.log) : []
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
    scaling,
    seconds: (performance.now() - begin) / 1000,
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
  if (results.failures.length > 0 || !results.cases.every(sameAnswers)) process.exitCode = 1
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
})
