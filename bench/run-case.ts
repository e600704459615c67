import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { boundOf } from './bound.js'
import type { Case } from './cases/case.js'
import { cases, type CaseName } from './cases/cases.js'
import { compete, type CompeteOptions } from './compete.js'
import type { Parameters } from './contestant.js'
import { startLimn } from './limn/start.js'
import { startPeer } from './peers.js'
import type { Roofline } from './bound.js'
import { sideResult, type CaseResult } from './results.js'

export interface RunOptions extends CompeteOptions {
  readonly threads: number
  readonly quick: boolean
}

/** Runs `body` with a folder of its own that is removed afterwards. */
export async function withFolder<Result>(body: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'limn-bench-'))
  try {
    return await body(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One case with all its peers. */
export async function runCase(
  name: CaseName,
  roofline: Roofline,
  options: RunOptions,
): Promise<Omit<CaseResult, 'seconds'>> {
  const { title, task, peers, prepare, compare, floor, flops, least, precision, ...given }: Case = cases[name]
  const { threads, quick } = options
  const parameters: Parameters = quick ? { ...given.parameters, ...given.quick } : given.parameters
  return withFolder(async (folder) => {
    prepare(folder, parameters)
    const rivals = peers.map((peer) => ({
      contestant: startPeer(peer, threads, folder),
      compare: compare(parameters, peer),
      aside: peer.aside ?? false,
    }))
    const assignment = { folder, parameters, threads }
    const outcome = await compete(startLimn(task, folder), rivals, assignment, {
      ...options,
      repeats: Math.min(options.repeats, given.turns ?? Infinity),
      ...(given.warmUp && { warmUp: { ...assignment, parameters: { ...parameters, ...given.warmUp } } }),
    })
    const work = flops?.(parameters)
    const { limn, peer, ...rest } = outcome
    return {
      name,
      title,
      parameters,
      precision,
      ...(floor !== undefined && { floor }),
      ...(work !== undefined && { gflop: work / 1e9 }),
      ...(least && { bound: boundOf(least(parameters, folder), roofline, limn.median, peer?.median) }),
      ...rest,
      limn: sideResult(limn, work, roofline[precision]),
      ...(peer && { peer: sideResult(peer, work, roofline[precision]) }),
    }
  })
}
