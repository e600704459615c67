import { setTimeout as sleep } from 'node:timers/promises'
import { cases } from './cases/cases.js'
import { eigenDifference } from './compare.js'
import type { Contestant } from './contestant.js'
import { startLimn } from './limn/start.js'
import { startPeer, type Peer } from './peers.js'
import type { LibraryResult } from './results.js'
import { withFolder, type RunOptions } from './run-case.js'
import { median } from './statistics.js'

/** Every library of the registry that decomposes symmetric matrices and could be made to run. */
const libraries: readonly Peer[] = [
  ['ml-matrix', 'eigen_ml_matrix'],
  ['eigen (WebAssembly)', 'eigen_eigen'],
  ['@jax-js/jax', 'eigen_jax'],
  ['nd4js', 'eigen_nd4js'],
  ['numpy-ts', 'eigen_numpy_ts'],
  ['mathjs', 'eigen_mathjs'],
  ['numeric', 'eigen_numeric'],
].map(([name, task]) => ({ name, task, environment: 'javascript' }))

const firstSize = 64
const lastSize = 512
const turns = 3
/** Seconds that a run may be expected to take. */
const longestRun = 2

interface Ladder {
  sizes: number[]
  limn: number[]
  library: number[]
  turns: { limn: number[]; library: number[] }[]
}

async function oneSize(limn: Contestant, library: Contestant, load: () => Promise<void>, ladder: Ladder, n: number) {
  await load()
  for (const contestant of [limn, library]) await contestant.run()
  const taken = { limn: [] as number[], library: [] as number[] }
  for (let turn = 0; turn < turns; turn++) {
    taken.limn.push((await limn.run()).seconds)
    taken.library.push((await library.run()).seconds)
    await sleep(20)
  }
  ladder.sizes.push(n)
  ladder.limn.push(median(taken.limn))
  ladder.library.push(median(taken.library))
  ladder.turns.push(taken)
}

async function climb(peer: Peer, folder: string, { threads, quick }: RunOptions): Promise<LibraryResult> {
  const [limn, library] = [startLimn('eigen', folder), startPeer(peer, threads, folder)]
  const ladder: Ladder = { sizes: [], limn: [], library: [], turns: [] }
  const end = quick ? 2 * firstSize : lastSize
  let more: Pick<LibraryResult, 'versions' | 'check' | 'problem'> = {}
  try {
    for (let n = firstSize; n <= end; n *= 2) {
      const before = ladder.library.at(-1)
      if (before !== undefined && 8 * before > longestRun) break
      const parameters = { samples: n, vectors: 1 }
      cases.eigenvectors.prepare(folder, parameters)
      const load = async () => {
        await limn.load({ folder, parameters, threads })
        more = { ...more, versions: await library.load({ folder, parameters, threads }) }
      }
      await oneSize(limn, library, load, ladder, n)
      more = { ...more, check: eigenDifference(1e-9, false)(await limn.answer(), await library.answer()) }
    }
  } catch (error) {
    more = { ...more, problem: error instanceof Error ? error.message : String(error) }
  } finally {
    await Promise.all([limn.close(), library.close()])
  }
  const last = ladder.sizes.length - 1
  return {
    name: peer.name,
    ...ladder,
    ...(last >= 0 && { ratio: ladder.library[last] / ladder.limn[last] }),
    ...more,
  }
}

/**
 * JavaScript's eigensolvers, each by its fastest way to the eigenvalues, against limn's full decomposition, in turns. Sizes
 * double until a library's run would take more than two seconds, or it ends.
 */
export async function measureLibraries(options: RunOptions, report: (text: string) => void): Promise<LibraryResult[]> {
  const found: LibraryResult[] = []
  for (const peer of libraries) {
    const result = await withFolder((folder) => climb(peer, folder, options))
    const size = result.sizes.at(-1)
    const ratio = result.ratio === undefined ? '' : ` ${result.ratio.toPrecision(3)} × at n = ${String(size)}`
    report(
      `  ${result.name.padEnd(20)}${ratio}${result.problem === undefined ? '' : `; ${result.problem.split('\n')[0]}`}`,
    )
    found.push(result)
  }
  return found
}
