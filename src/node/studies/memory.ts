import { architectures, weightCount } from '../../study/jobs/ladders.js'
import type { StudyPlan } from '../../study/plan.js'
import { depthsOf } from '../../study/schema.js'
import { bytesPerWeight, freeMemory, gigabytes, requireMemory } from '../files/memory.js'

/** What a worker thread takes before its first job: an engine of its own, and code. */
const emptyWorker = 2 ** 26

/**
 * Refuses networks and kernels that can never fit into memory.
 *
 * @throws RangeError naming the key
 */
export function requireStudyMemory({ config, facts }: Pick<StudyPlan, 'config' | 'facts'>): void {
  const { samples } = config.data
  requireMemory(8 * facts.classes * samples ** 2, `data.samples: kernels of ${samples} samples`, 'use fewer')
  for (const { sizes } of depthsOf(config).flatMap((depth) => architectures(config, facts, depth))) {
    const weights = weightCount(sizes)
    const key = config.network.sizes ? 'network.sizes' : 'network.widths'
    requireMemory(bytesPerWeight * weights, `${key}: ${weights} weights`, 'use smaller layers')
  }
}

/** Bytes of memory that each worker of a study takes at least: the data, and its largest network or kernel. */
export function workerMemory({ config, facts, provenance }: StudyPlan): number {
  const { samples } = config.data
  const weights = depthsOf(config).flatMap((depth) =>
    architectures(config, facts, depth).map(({ sizes }) => weightCount(sizes)),
  )
  const kernel = 8 * samples ** 2
  return emptyWorker + 8 * provenance.samples * facts.inputs + Math.max(kernel, bytesPerWeight * Math.max(...weights))
}

/**
 * How many workers a study gets: what was asked for, or as many as there is memory for and at least one.
 *
 * @param asked number that was asked for
 * @param usual number where none was
 * @throws RangeError when there is no memory for those that were asked for
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { chooseWorkers, prepareStudy, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * writeAtomic('study.yaml', `data: { source: data.npz, samples: 6 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`)
 * console.log(chooseWorkers(await prepareStudy('study.yaml'), undefined, 2)) // 2
 */
export function chooseWorkers(plan: StudyPlan, asked: number | undefined, usual: number): number {
  // A worker starts with its first job.
  const needed = Math.min(asked ?? usual, Math.max(1, plan.jobs.length))
  const [each, free] = [workerMemory(plan), freeMemory()]
  const most = Math.max(1, Math.floor(free / each))
  if (asked === undefined || needed <= most) return Math.min(needed, asked ?? most)
  throw new RangeError(
    `--workers ${asked}: expected at most ${gigabytes(free)} of memory, got ${gigabytes(needed * each)}, ${gigabytes(each)} for each worker; use at most ${most}`,
  )
}
