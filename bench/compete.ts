import { setTimeout as sleep } from 'node:timers/promises'
import type { Check, Compare } from './compare.js'
import type { Assignment, Contestant, Timing, Versions } from './contestant.js'
import { median } from './statistics.js'

export interface CompeteOptions {
  /** Turns of each side that are timed. */
  readonly repeats: number
  /** Turns are left out, down to three, once a case has taken so long. */
  readonly budgetSeconds: number
  /** Idle seconds between turns, in which the other side's threads stop spinning. */
  readonly pauseSeconds: number
}

/** A peer, and how its answer is compared with limn's. */
export interface Rival {
  readonly contestant: Contestant
  readonly compare: Compare
}

/** The times of one side. */
export interface Side {
  readonly name: string
  readonly versions: Versions
  readonly times: readonly number[]
  readonly median: number
  readonly peakBytes: number
}

/** A peer that took part in the choice of the strongest one. */
export interface Candidate {
  readonly name: string
  /** Its time in the qualifying runs; absent when it failed. */
  readonly seconds?: number
  readonly check?: Check
  readonly problem?: string
}

export interface Outcome {
  readonly limn: Side
  /** The strongest peer; absent when there is none that runs. */
  readonly peer?: Side
  readonly candidates: readonly Candidate[]
  /** Median time of the peer over median time of limn. */
  readonly ratio?: number
  /** The names in the order in which they had their turns. */
  readonly order: readonly string[]
}

const fewestTurns = 3
/** Seconds. */
const longRun = 5
/** A long warm-up that takes this many times the best time ends a peer's chances. */
const hopeless = 1.5

interface Runner {
  readonly contestant: Contestant
  readonly versions: Versions
  readonly warmUp: number
  readonly timings: Timing[]
}

function sideOf({ contestant, versions, timings }: Runner): Side {
  const times = timings.map(({ seconds }) => seconds)
  return {
    name: contestant.name,
    versions,
    times,
    median: median(times),
    peakBytes: Math.max(...timings.map(({ peakBytes }) => peakBytes)),
  }
}

/** The better of two runs, one that is so long that chance matters little, or the warm-up of one that cannot win. */
async function qualify(peer: Contestant, warmUp: number, best: number, pause: () => Promise<void>): Promise<number> {
  if (warmUp > longRun && warmUp > hopeless * best) return warmUp
  await pause()
  const { seconds } = await peer.run()
  if (seconds > longRun) return seconds
  await pause()
  return Math.min(seconds, (await peer.run()).seconds)
}

/** Loads and warms up. */
async function start(contestant: Contestant, assignment: Assignment): Promise<Runner> {
  const versions = await contestant.load(assignment)
  const { seconds } = await contestant.run()
  return { contestant, versions, warmUp: seconds, timings: [] }
}

/**
 * Lets limn and its peers compute the same thing. Every side is loaded and warmed up; every peer's answer is compared
 * with limn's, and a timed run or two of each find the strongest. Then limn and that peer take turns: A B A B …
 *
 * A peer that fails or cannot be started is reported and takes no part. All contestants are closed at the end.
 */
export async function compete(
  limn: Contestant,
  rivals: readonly Rival[],
  assignment: Assignment,
  { repeats, budgetSeconds, pauseSeconds }: CompeteOptions,
): Promise<Outcome> {
  const pause = () => sleep(1000 * pauseSeconds)
  try {
    const home = await start(limn, assignment)
    const expected = rivals.length > 0 ? await limn.answer() : undefined
    const candidates: Candidate[] = []
    let strongest: Runner | undefined
    let best = Infinity
    for (const { contestant: peer, compare } of rivals) {
      try {
        const runner = await start(peer, assignment)
        const seconds = await qualify(peer, runner.warmUp, best, pause)
        candidates.push({ name: peer.name, seconds, check: compare(expected!, await peer.answer()) })
        if (seconds < best) {
          await strongest?.contestant.close()
          ;[strongest, best] = [runner, seconds]
        } else await peer.close()
      } catch (error) {
        candidates.push({ name: peer.name, problem: error instanceof Error ? error.message : String(error) })
      }
    }
    const order: string[] = []
    const begin = performance.now()
    for (let turn = 0; turn < repeats; turn++) {
      if (turn >= fewestTurns && performance.now() - begin > 1000 * budgetSeconds) break
      for (const runner of strongest ? [home, strongest] : [home]) {
        await pause()
        runner.timings.push(await runner.contestant.run())
        order.push(runner.contestant.name)
      }
    }
    const outcome = { limn: sideOf(home), candidates, order }
    if (!strongest) return outcome
    const peer = sideOf(strongest)
    return { ...outcome, peer, ratio: peer.median / outcome.limn.median }
  } finally {
    await Promise.all([limn, ...rivals.map(({ contestant }) => contestant)].map((contestant) => contestant.close()))
  }
}

/** Whether every peer that answered gave limn's answer. */
export function sameAnswers({ candidates }: Outcome): boolean {
  return candidates.every(({ check }) => check === undefined || check.same)
}
