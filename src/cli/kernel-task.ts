import { availableParallelism } from 'node:os'
import { FileError } from '../data/file-error.js'
import type { GraphonChain } from '../graphon/chain/chain.js'
import type { Matrix } from '../linalg/matrix.js'
import { formatActivation, type Activation } from '../network/activation.js'
import { networkContext } from '../network/context.js'
import type { Parameterization } from '../network/network.js'
import type { DataOrigin } from '../network/origin.js'
import { pathWarnings } from '../network/paths.js'
import { loadData } from '../node/samples/load-data.js'
import { empiricalNtkPanels, leastEmpiricalMemory } from '../ntk/empirical-ntk.js'
import { graphonNtkPanels, graphonNtksPanels } from '../ntk/graphon-ntk.js'
import { kernelComment } from '../ntk/kernel-meta.js'
import { limitNetwork } from '../ntk/limit-network.js'
import { version } from '../version.js'
import { assumed, readChain } from './chain.js'
import { readNetworks, requireInputs } from './checkpoint.js'
import { dataOrigin } from './data-origin.js'
import { UsageError } from './fail.js'
import { fingerprint, kernelsIdentity, networkFingerprint } from './kernel-identity.js'
import type { KernelTask } from './kernel-output.js'
import type { Facts } from './limits.js'
import type { ClassChoice, NetworkFlags } from './options.js'
import type { KernelGroup, KernelTasks } from './several-kernels.js'

/** What a process and its threads take before the first panel: tiles, code, weights of the chain. */
const fixedMemory = 2 ** 28
/** Panels in memory at a time: the one at hand, and one that waits to be collected. */
const panelCopies = 2
/** Rows of a panel where an interruption should cost little: about a hundredth of all pairs of thousands of samples. */
const oftenRows = 48

/** What the command line says of a kernel. */
export interface KernelFlags extends NetworkFlags {
  readonly empirical?: boolean
  readonly data: string
  readonly samples?: number
  readonly standardize?: boolean
  readonly convention: 'masked' | 'variance'
  readonly rescale: 'none' | 'layer' | 'fan-in'
  readonly weights: 'kept' | 'redrawn'
  readonly activation?: Activation
  readonly sigmaW2?: number[]
  readonly sigmaB2?: number
  readonly parameterization?: Parameterization
  readonly sizes?: number[]
  readonly classes: ClassChoice
  readonly seed: number
}

/** Positions of the file's classes that were asked for. @throws UsageError when there is no such class */
function chosenClasses(choice: ClassChoice, classes: number, file: string): readonly number[] | 'mean' {
  if (choice === 'mean') return choice
  if (choice === 'all') return Array.from({ length: classes }, (_, c) => c)
  const missing = choice.find((c) => c >= classes)
  if (missing === undefined) return choice
  throw new UsageError(`ntk: expected --classes from 0 to ${classes - 1} as ${file} has ${classes}, got ${missing}`)
}

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

const optionsOf = (flags: KernelFlags) => {
  const { convention, rescale, weights, activation, sigmaW2, sigmaB2, parameterization, sizes } = flags
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

function chainTask(file: string, chain: GraphonChain, { x, name, origin }: Samples, flags: KernelFlags): ChainTask {
  const { sigmaW2, convention, rescale, weights } = flags
  const classes = chosenClasses(flags.classes, chain.W[chain.W.length - 1].rows, file)
  const inputs = chain.W[0].cols
  if (x.cols !== inputs) throw new FileError(name, `expected ${inputs} inputs per sample as ${file} has, got ${x.cols}`)
  if (sigmaW2 && sigmaW2.length !== chain.W.length) {
    throw new UsageError(
      `ntk: expected ${chain.W.length} numbers in --sigma-w2, one per matrix of ${file}, got ${sigmaW2.length}`,
    )
  }
  const known = chain.network?.parameterization
  const parameterization = flags.parameterization ?? known ?? 'ntk'
  if (parameterization === 'standard' && !flags.sizes && !chain.network?.sizes) {
    throw new UsageError(
      `ntk: expected --sizes for --parameterization standard, because ${file} does not say the widths`,
    )
  }
  const other = `${file} is of a network in the ${known} parameterisation: its kernel is in ${parameterization} coordinates as asked`
  const network = limitNetwork('ntk', chain, optionsOf(flags))
  const n = x.rows
  const taken = classes !== 'mean' && classesAgree(chain) ? classes.slice(0, 1) : classes
  const count = taken === 'mean' ? 1 : taken.length
  const positions = chain.W.reduce((sum, { rows }) => sum + rows, 0)
  const ofChain = 16 * n * positions + 8 * n * count
  const fixed = ofSamples(x) + ofChain
  return {
    source: file,
    warnings: pathWarnings(chain.W),
    notes: [...(known && known !== parameterization ? [other] : []), ...assumed(file, chain, flags)],
    chain,
    ofChain,
    classes: count,
    n,
    comment: kernelComment({
      kind: 'graphon',
      outputs: chain.W[chain.W.length - 1].rows,
      classes: flags.classes,
      data: origin,
      convention,
      rescale,
      weights: chain.V ? weights : 'redrawn',
      network: {
        ...(chain.network?.sizes && { sizes: chain.network.sizes }),
        ...(flags.sizes && { sizes: flags.sizes }),
        activation: network.activation,
        parameterization,
        sigmaW2: network.sigmaW2,
        sigmaB2: flags.sigmaB2 ?? chain.network?.sigmaB2 ?? 0,
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
      graphonNtkPanels(chain, x, { ...optionsOf(flags), ...panels, classes: taken, firstRow, onProgress }, sink)
    },
  }
}

/** Kernels of chains in one pass. */
function chainGroup(members: readonly ChainTask[], x: Matrix, flags: KernelFlags): KernelGroup {
  const sum = (bytes: (task: ChainTask) => number): number => members.reduce((total, task) => total + bytes(task), 0)
  const fixed = ofSamples(x) + sum(({ ofChain }) => ofChain)
  const row = sum(({ n, classes }) => rowBytes(n, classes))
  const { classes } = flags
  return {
    least: fixed + panelCopies * row,
    run(memory, sink, onProgress) {
      const options = {
        ...optionsOf(flags),
        kernelNames: ['ntk'],
        memory: Math.max(row, Math.floor((memory - fixed) / panelCopies)),
        onProgress,
        // Equal classes share their panels: a task takes the first of them.
        ...(classes !== 'all' && { classes }),
      } as const
      const chains = members.map(({ chain }) => chain)
      graphonNtksPanels(chains, x, options, sink)
    },
  }
}

/**
 * The kernels of the infinitely wide networks that follow chains, on the same data, which is read once.
 *
 * @param check refuses options without effect, once the files are read
 * @throws FileError or UsageError when a file, data and flags do not fit
 */
export function limitKernels(
  files: readonly string[],
  flags: KernelFlags,
  check: (facts: Facts) => void = () => undefined,
): KernelTasks {
  const chains = files.map((file) => readChain(file, flags))
  const of = (chain: GraphonChain) => flags.parameterization ?? chain.network?.parameterization ?? 'ntk'
  const ntkAlone = chains.every((chain) => of(chain) === 'ntk')
  check({
    file: files.join(', '),
    energies: chains.some(({ V }) => V !== undefined),
    ...(ntkAlone && { parameterization: 'ntk' }),
  })
  const data = loadData(flags.data, flags)
  const samples = { ...data, origin: dataOrigin(flags, data) }
  const tasks = chains.map((chain, k) => chainTask(files[k], chain, samples, flags))
  return {
    tasks,
    together: (which) =>
      chainGroup(
        which.map((t) => tasks[t]),
        samples.x,
        flags,
      ),
  }
}

/** The kernels of finite networks. @throws FileError or UsageError as {@link limitKernels} */
export function finiteKernels(
  files: readonly string[],
  flags: KernelFlags,
  check: (facts: Facts) => void = () => undefined,
): KernelTasks {
  const { networks, checkpoints, facts } = readNetworks(files, flags)
  check(facts)
  const dataset = loadData(flags.data, flags)
  const { x, name } = dataset
  const data = dataOrigin(flags, dataset)
  const tasks = networks.map((network, k): KernelTask => {
    const { sizes } = network.spec
    const classes = chosenClasses(flags.classes, sizes[sizes.length - 1], files[k])
    requireInputs(network, x.cols, name)
    return {
      source: files[k],
      checkpoint: checkpoints[k],
      warnings: pathWarnings(network.layers.map(({ mask }) => mask)),
      classes: classes === 'mean' ? 1 : classes.length,
      n: x.rows,
      comment: kernelComment({
        kind: 'empirical',
        outputs: sizes[sizes.length - 1],
        classes: flags.classes,
        data,
        network: networkContext(network),
        masks: checkpoints[k].origin,
        limn: version,
      }),
      least: leastEmpiricalMemory(network, x.rows, classes, availableParallelism()),
      identity: () => ({
        ...kernelsIdentity(),
        network: networkFingerprint(network),
        data: fingerprint(x),
        samples: String(x.rows),
        classes: classes.toString(),
      }),
      run: ({ sink, memory, firstRow, onProgress }) =>
        empiricalNtkPanels(network, x, { classes, memory, firstRow, onProgress }, sink),
    }
  })
  return { tasks }
}
