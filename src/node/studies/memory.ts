import { architectures, weightCount } from '../../study/jobs/ladders.js'
import type { StudyPlan } from '../../study/plan.js'
import { packedLength, panelRanges } from '../../ntk/packed-panel.js'
import { depthsOf, type StudyConfig } from '../../study/schema.js'
import { availableMemory, bytesPerWeight, freeMemory, gigabytes, requireMemory } from '../files/memory.js'

/** What a worker thread takes before its first job: an engine of its own, and code. */
const emptyWorker = 2 ** 26

/** The widest network of the same shape whose weights fit, to one unit. */
function fittingSizes(sizes: readonly number[]): readonly number[] {
  const scaled = (share: number): number[] =>
    sizes.map((size, i) => (i > 0 && i < sizes.length - 1 ? Math.max(1, Math.floor(size * share)) : size))
  let [fits, over] = [0, 1]
  for (let step = 0; step < 40; step++) {
    const share = (fits + over) / 2
    if (bytesPerWeight * weightCount(scaled(share)) <= availableMemory()) fits = share
    else over = share
  }
  return scaled(fits)
}

/** The most samples, up to so many, that take at most so many bytes, where more take more; 0 where one does not fit. */
function fittingSamples(most: number, room: number, bytesOf: (samples: number) => number): number {
  let [fits, over] = [0, most + 1]
  while (over - fits > 1) {
    const samples = Math.floor((fits + over) / 2)
    if (bytesOf(samples) <= room) fits = samples
    else over = samples
  }
  return fits
}

/** Refuses a kernel on so many samples that a worker can never hold its panel or the search for its spectrum. */
function requireSpectrumMemory(config: StudyConfig, { inputs }: Pick<StudyPlan['facts'], 'inputs'>): void {
  const { spectrum } = config
  if (!spectrum) return
  const bytesOf = (samples: number) =>
    emptyWorker + largeKernelMemory({ ...config, spectrum: { ...spectrum, samples } }, { inputs })
  const fits = fittingSamples(spectrum.samples, availableMemory(), bytesOf)
  const remedy = fits >= spectrum.top ? `use at most ${fits}` : `use a smaller spectrum.top`
  requireMemory(bytesOf(spectrum.samples), `spectrum.samples: a kernel on ${spectrum.samples} samples`, remedy)
}

/**
 * Refuses networks and kernels that can never fit into memory.
 *
 * @throws RangeError naming the key
 */
export function requireStudyMemory({ config, facts }: Pick<StudyPlan, 'config' | 'facts'>): void {
  const { samples } = config.data
  const most = Math.floor(Math.sqrt(availableMemory() / (8 * facts.classes)))
  const remedy = `use at most ${most}; the top of a spectrum on more: a section spectrum`
  requireMemory(8 * facts.classes * samples ** 2, `data.samples: kernels of ${samples} samples`, remedy)
  requireSpectrumMemory(config, facts)
  for (const { sizes } of depthsOf(config).flatMap((depth) => architectures(config, facts, depth))) {
    const weights = weightCount(sizes)
    const key = config.network.sizes ? 'network.sizes' : 'network.widths'
    requireMemory(bytesPerWeight * weights, `${key}: ${weights} weights`, `${fittingSizes(sizes).join('-')} fits`)
  }
}

/** What the process has beside its workers: code, data, the report. */
const processMemory = 150e6

/**
 * Bytes of memory that a worker has for each weight of its largest network, at the worst moment: masks, predicted probabilities
 * and sorted copies beside each other, and what is not yet collected. Measured on the studies in examples/.
 */
const bytesPerStudyWeight = 100

/** Bytes that a whole study takes at most, with so many workers. */
export const studyMemory = (plan: StudyPlan, workers: number): number => processMemory + workers * workerMemory(plan)

/** Positions of a chain, all of which every pair of samples has a number for. */
const positionsOf = ({ graphon }: StudyConfig, depth: number): number => depth * graphon.bins + 1

/** Bytes of the samples, a panel and its copies, or the basis of a search, of a kernel on many samples; 0 without one. */
function largeKernelMemory(config: StudyConfig, { inputs }: Pick<StudyPlan['facts'], 'inputs'>): number {
  if (!config.spectrum) return 0
  const { samples: n, top } = config.spectrum
  const panel = Math.max(...panelRanges(n).map((range) => packedLength(n, range)))
  const positions = Math.max(...depthsOf(config).map((depth) => positionsOf(config, depth)))
  // The samples as they are and as they are laid out; of a panel its rows, their mirror image, their tiles and the file.
  const computed = 8 * n * (2 * inputs + 2 * positions) + 5 * 8 * panel
  // Two bases, the sums of all column tiles, and the tile that is at hand.
  const searched = 8 * n * (2 * Math.max(4 * top, 2 * top + 80, 256) + n / 64 + 256)
  return 8 * n * inputs + Math.max(computed, searched)
}

/** Bytes of memory that each worker of a study takes: the data, its largest network, its kernels. */
export function workerMemory({ config, facts, provenance }: StudyPlan): number {
  const { samples } = config.data
  const weights = depthsOf(config).flatMap((depth) =>
    architectures(config, facts, depth).map(({ sizes }) => weightCount(sizes)),
  )
  const isTrained = config.training.steps > 0 && config.training.trials > 0
  // The tangent kernel between all outputs, and a copy of it; the kernels of all classes.
  const kernels = isTrained
    ? 16 * (samples * facts.classes) ** 2
    : config.kernel.compute
      ? 16 * samples ** 2 * facts.classes
      : 0
  return (
    emptyWorker +
    8 * provenance.samples * facts.inputs +
    Math.max(kernels, largeKernelMemory(config, facts)) +
    bytesPerStudyWeight * Math.max(...weights)
  )
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
