import { availableParallelism } from 'node:os'
import type { Checkpoint } from '../../network/checkpoint.js'
import { networkContext } from '../../network/context.js'
import { pathWarnings } from '../../network/paths.js'
import { empiricalNtkPanels, leastEmpiricalMemory } from '../../ntk/empirical-ntk.js'
import { kernelComment } from '../../ntk/kernel-meta.js'
import { version } from '../../version.js'
import { fingerprint, networkFingerprint } from '../files/fingerprint.js'
import { readNetworks, requireInputs } from '../files/read-network.js'
import { dataOrigin } from '../samples/data-origin.js'
import { loadData } from '../samples/load-data.js'
import { kernelsIdentity } from './identity.js'
import { chosenClasses, type FiniteKernelOptions } from './options.js'
import type { KernelTask, KernelTasks } from './task.js'

/**
 * The empirical kernels of finite networks, on the same data, which is read once.
 *
 * @param onRead called once the networks are read, before the samples are
 * @throws FileError or UsageError when a file, data and options do not fit
 *
 * @example
 * import { createSpec, encodeNpz, initialize, networkToTensors, type Tensor } from 'limn'
 * import { encodeNetwork, finiteKernels, openKernel, planOutputs, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * const network = initialize(createSpec({ sizes: [4, 8, 2] }), 1)
 * const { tensors, metadata } = networkToTensors(network)
 * writeAtomic('network.npz', encodeNetwork('network.npz', { tensors, metadata }))
 * const tasks = finiteKernels(['network.npz'], { data: 'data.npz', classes: 'all', seed: 0 })
 * for (const { open } of planOutputs(tasks, ['kernel.npy'])) {
 *   open().compute(() => undefined)
 * }
 * const { classes, n } = openKernel('kernel.npy')
 * console.log(classes, n) // 2 6
 */
export function finiteKernels(
  files: readonly string[],
  options: FiniteKernelOptions,
  onRead: (checkpoints: readonly Checkpoint[]) => void = () => undefined,
): KernelTasks {
  const { networks, checkpoints } = readNetworks(files, options)
  onRead(checkpoints)
  const dataset = loadData(options.data, options)
  const { x, name } = dataset
  const data = dataOrigin(options, dataset)
  const tasks = networks.map((network, k): KernelTask => {
    const { sizes } = network.spec
    const classes = chosenClasses(options.classes, sizes[sizes.length - 1], files[k])
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
        classes: options.classes,
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
