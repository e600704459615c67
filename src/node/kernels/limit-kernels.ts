import { FileError } from '../../data/file-error.js'
import type { GraphonChain } from '../../graphon/chain/chain.js'
import type { Matrix } from '../../linalg/matrix.js'
import { formatActivation } from '../../network/activation.js'
import type { DataOrigin } from '../../network/origin.js'
import { pathWarnings } from '../../network/paths.js'
import { graphonNtkPanels, graphonNtksPanels } from '../../ntk/graphon-ntk.js'
import { kernelComment } from '../../ntk/kernel-meta.js'
import { limitNetwork } from '../../ntk/limit-network.js'
import { version } from '../../version.js'
import { fingerprint } from '../files/fingerprint.js'
import { assumed, readChain } from '../files/read-chain.js'
import { UsageError } from '../files/usage-error.js'
import { dataOrigin } from '../samples/data-origin.js'
import { loadData } from '../samples/load-data.js'
import { kernelsIdentity } from './identity.js'
import { chosenClasses, type LimitKernelOptions } from './options.js'
import type { KernelGroup, KernelTask, KernelTasks } from './task.js'

/** What a process and its threads take before the first panel: tiles, code, weights of the chain. */
const fixedMemory = 2 ** 28
/** Panels in memory at a time: the one at hand, and one that waits to be collected. */
const panelCopies = 2
/** Rows of a panel where an interruption should cost little: about a hundredth of all pairs of thousands of samples. */
const oftenRows = 48

/** Whether all classes have the same rows in the last matrix, so that one kernel is all there is. */
function classesAgree({ W, V }: GraphonChain): boolean {
  return [W, V ?? W].every((matrices) => {
    const { cols, data } = matrices[matrices.length - 1]
    return data.every((value, k) => value === data[k % cols])
  })
}

interface Samples {
  readonly x: Matrix
  readonly name: string
  readonly origin: DataOrigin
}

/** How many bytes a chain takes beside its panels. */
interface ChainTask extends KernelTask {
  readonly chain: GraphonChain
  /** Of samples: variances and their roots at every position, the diagonal. */
  readonly ofChain: number
}

const ntkOptions = (options: LimitKernelOptions) => {
  const { convention, rescale, weights, activation, sigmaW2, sigmaB2, parameterization, sizes } = options
  return {
    convention,
    rescale,
    weights,
    ...(activation && { activation }),
    ...(sigmaW2 && { sigmaW2 }),
    ...(sigmaB2 !== undefined && { sigmaB2 }),
    ...(parameterization && { parameterization }),
    ...(sizes && { sizes }),
  }
}

/** What samples take: they are laid out anew, before and in kernel memory. */
const ofSamples = ({ rows, cols }: Matrix): number => fixedMemory + 16 * rows * cols

/** A row of a panel, for each class. */
const rowBytes = (n: number, classes: number): number => 16 * n * classes

function chainTask(file: string, chain: GraphonChain, { x, name, origin }: Samples, options: LimitKernelOptions): ChainTask {
  const { sigmaW2, convention, rescale, weights } = options
  const classes = chosenClasses(options.classes, chain.W[chain.W.length - 1].rows, file)
  const inputs = chain.W[0].cols
  if (x.cols !== inputs) throw new FileError(name, `expected ${inputs} inputs per sample as ${file} has, got ${x.cols}`)
  if (sigmaW2 && sigmaW2.length !== chain.W.length) {
    throw new UsageError(
      `ntk: expected ${chain.W.length} numbers in --sigma-w2, one per matrix of ${file}, got ${sigmaW2.length}`,
    )
  }
  const known = chain.network?.parameterization
  const parameterization = options.parameterization ?? known ?? 'ntk'
  if (parameterization === 'standard' && !options.sizes && !chain.network?.sizes) {
    throw new UsageError(
      `ntk: expected --sizes for --parameterization standard, because ${file} does not say the widths`,
    )
  }
  const other = `${file} is of a network in the ${known} parameterisation: its kernel is in ${parameterization} coordinates as asked`
  const network = limitNetwork('ntk', chain, ntkOptions(options))
  const n = x.rows
  const taken = classes !== 'mean' && classesAgree(chain) ? classes.slice(0, 1) : classes
  const count = taken === 'mean' ? 1 : taken.length
  const positions = chain.W.reduce((sum, { rows }) => sum + rows, 0)
  const ofChain = 16 * n * positions + 8 * n * count
  const fixed = ofSamples(x) + ofChain
  return {
    source: file,
    warnings: pathWarnings(chain.W),
    notes: [...(known && known !== parameterization ? [other] : []), ...assumed(file, chain, options)],
    chain,
    ofChain,
    classes: count,
    n,
    comment: kernelComment({
      kind: 'graphon',
      outputs: chain.W[chain.W.length - 1].rows,
      classes: options.classes,
      data: origin,
      convention,
      rescale,
      weights: chain.V ? weights : 'redrawn',
      network: {
        ...(chain.network?.sizes && { sizes: chain.network.sizes }),
        ...(options.sizes && { sizes: options.sizes }),
        activation: network.activation,
        parameterization,
        sigmaW2: network.sigmaW2,
        sigmaB2: options.sigmaB2 ?? chain.network?.sigmaB2 ?? 0,
        biases: network.biasTangent.map((value) => value > 0),
        biasEnergies: network.biasVariance,
      },
      ...(chain.origin && { masks: chain.origin }),
      limn: version,
    }),
    least: fixed + panelCopies * rowBytes(n, count),
    identity: () => ({
      ...kernelsIdentity(),
      chain: fingerprint(...chain.W, ...(chain.V ?? []), ...chain.measures),
      data: fingerprint(x),
      samples: String(n),
      classes: taken.toString(),
      convention,
      rescale,
      weights,
      activation: formatActivation(network.activation),
      parameterization,
      'sigma-w2': (sigmaW2 ?? chain.network?.sigmaW2)?.join() ?? 'default',
      'sigma-b2': [...network.biasVariance, ...network.biasTangent].join(),
      ...(network.fanIn && { sizes: network.fanIn.join() }),
    }),
    run({ memory, often, firstRow, sink, onProgress }) {
      const row = rowBytes(n, count)
      const room = Math.max(row, Math.floor((memory - fixed) / panelCopies))
      const panels = { kernelNames: ['ntk'], memory: often ? Math.min(room, oftenRows * row) : room } as const
      graphonNtkPanels(chain, x, { ...ntkOptions(options), ...panels, classes: taken, firstRow, onProgress }, sink)
    },
  }
}

/** Kernels of chains in one pass. */
function chainGroup(members: readonly ChainTask[], x: Matrix, options: LimitKernelOptions): KernelGroup {
  const sum = (bytes: (task: ChainTask) => number): number => members.reduce((total, task) => total + bytes(task), 0)
  const fixed = ofSamples(x) + sum(({ ofChain }) => ofChain)
  const row = sum(({ n, classes }) => rowBytes(n, classes))
  const { classes } = options
  return {
    least: fixed + panelCopies * row,
    run(memory, sink, onProgress) {
      const settings = {
        ...ntkOptions(options),
        kernelNames: ['ntk'],
        memory: Math.max(row, Math.floor((memory - fixed) / panelCopies)),
        onProgress,
        // Equal classes share their panels: a task takes the first of them.
        ...(classes !== 'all' && { classes }),
      } as const
      const chains = members.map(({ chain }) => chain)
      graphonNtksPanels(chains, x, settings, sink)
    },
  }
}

/**
 * The kernels of the infinitely wide networks that follow chains, on the same data, which is read once.
 *
 * @param onRead called once the chains are read, before the samples are
 * @throws FileError or UsageError when a file, data and options do not fit
 *
 * @example
 * import { constantChain, encodeChain, encodeNpz, type Tensor } from 'limn'
 * import { limitKernels, openKernel, planOutputs, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * writeAtomic('chain.npz', encodeChain(constantChain({ inputs: 4, classes: 2, hidden: [3] }, 0.5)))
 * const tasks = limitKernels(['chain.npz'], {
 *   data: 'data.npz',
 *   classes: 'mean',
 *   seed: 0,
 *   convention: 'masked',
 *   rescale: 'none',
 *   weights: 'kept',
 * })
 * for (const { open } of planOutputs(tasks, ['kernel.npy'])) open().compute(() => undefined)
 * console.log(openKernel('kernel.npy').n) // 6
 */
export function limitKernels(
  files: readonly string[],
  options: LimitKernelOptions,
  onRead: (chains: readonly GraphonChain[]) => void = () => undefined,
): KernelTasks {
  const chains = files.map((file) => readChain(file, options))
  onRead(chains)
  const data = loadData(options.data, options)
  const samples = { ...data, origin: dataOrigin(options, data) }
  const tasks = chains.map((chain, k) => chainTask(files[k], chain, samples, options))
  return {
    tasks,
    together: (which) =>
      chainGroup(
        which.map((t) => tasks[t]),
        samples.x,
        options,
      ),
  }
}
