import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** The built command line. */
export const main = resolve('dist/cli/main.js')

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command line to its end. */
export function limn(...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  return { code: status, stdout, stderr }
}

/** Runs it and reads the JSON document on stdout; throws with stderr when it failed. */
export function limnJson<Document>(...args: readonly string[]): Document {
  const { code, stdout, stderr } = limn(...args, '--json')
  if (code !== 0) throw new Error(`limn ${args.join(' ')}: exit ${code}: ${stderr}`)
  return JSON.parse(stdout) as Document
}

/** Starts it and returns at once. */
export function startLimn(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** A fresh folder for one test file. */
export function freshFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'limn-test-'))
  return (name) => join(folder, name)
}
