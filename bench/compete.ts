import { setTimeout as sleep } from 'node:timers/promises'
import type { Check, Compare } from './compare.js'
import type { Assignment, Contestant, Timing, Versions } from './contestant.js'
import { median } from './statistics.js'

export interface CompeteOptions {
  /** Turns of each side that are timed. */
  readonly repeats: number
  /** What the warm-up computes instead, for a case whose runs are long. */
  readonly warmUp?: Assignment
  /** Turns are left out, down to three, once a case has taken so long. */
  readonly budgetSeconds: number
  /** Idle seconds between turns, in which the other side's threads stop spinning. */
  readonly pauseSeconds: number
}

/** A peer, and how its answer is compared with limn's. */
export interface Rival {
  readonly contestant: Contestant
  readonly compare: Compare
  /** Timed and compared, but never the one that takes turns: it does less than the case asks for. */
  readonly aside?: boolean
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
  /** All its times before the turns, the warm-up first. */
  readonly times?: readonly number[]
  readonly versions?: Versions
  readonly peakBytes?: number
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
  readonly warmUp: Timing
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

/**
 * The runs that count in the choice of the strongest peer: two, or one that is so long that chance matters little, or the
 * warm-up of a peer that cannot win.
 */
async function qualify(peer: Contestant, warmUp: Timing, best: number, pause: () => Promise<void>): Promise<Timing[]> {
  if (warmUp.seconds > longRun && warmUp.seconds > hopeless * best) return [warmUp]
  await pause()
  const first = await peer.run()
  if (first.seconds > longRun) return [first]
  await pause()
  return [first, await peer.run()]
}

/** Loads and warms up. */
async function start(contestant: Contestant, assignment: Assignment, shorter?: Assignment): Promise<Runner> {
  const versions = await contestant.load(shorter ?? assignment)
  const warmUp = await contestant.run()
  if (shorter) await contestant.load(assignment)
  return { contestant, versions, warmUp, timings: [] }
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
  { repeats, budgetSeconds, pauseSeconds, warmUp }: CompeteOptions,
): Promise<Outcome> {
  const pause = () => sleep(1000 * pauseSeconds)
  try {
    const home = await start(limn, assignment, warmUp)
    if (rivals.length > 0 && warmUp) await limn.run()
    const expected = rivals.length > 0 ? await limn.answer() : undefined
    const candidates: Candidate[] = []
    let strongest: Runner | undefined
    let best = Infinity
    for (const { contestant: peer, compare, aside = false } of rivals) {
      try {
        const runner = await start(peer, assignment, warmUp)
        const { versions, warmUp: first } = runner
        const runs = await qualify(peer, first, best, pause)
        const seconds = Math.min(...runs.map((run) => run.seconds))
        candidates.push({
          ...{ name: peer.name, seconds, versions },
          times: [...new Set([first, ...runs])].map((run) => run.seconds),
          peakBytes: runs[runs.length - 1].peakBytes,
          check: compare(expected!, await peer.answer()),
        })
        if (!aside && seconds < best) {
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
