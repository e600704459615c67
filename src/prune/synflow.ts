import { defaultKernels, withScratch, type Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import type { Network } from '../network/network.js'
import { keepCount } from './budget.js'
import type { BudgetTie, Chosen, Criterion } from './criterion.js'
import { createCollector, createFlow, denseScores, keepAll, sendBackward, sendForward, survivingMasks } from './flow.js'
import { aimCollector, createPools, cutPool, type Pool } from './flow-cut.js'

/** Synaptic flow scores, `[out, in]` per matrix: entry · 2^exponent, so that no depth overflows. */
export interface SynflowScores {
  readonly scores: readonly Matrix[]
  readonly exponent: number
}

/**
 * The scores |w ∂R/∂w| of one round of {@link synflow} on the masked network; 0 at pruned entries.
 *
 * @throws RangeError when a weight is not finite, or the flow inside one layer spans more than 2^1000
 */
export function synflowScores(network: Network, kernels: Kernels = defaultKernels()): SynflowScores {
  return withScratch(kernels, (scratch) => {
    const flow = createFlow(network, kernels, scratch)
    const collector = createCollector(kernels, scratch, 1)
    const cut = keepAll()
    sendForward(
      flow,
      network.layers.map(() => cut),
    )
    sendBackward(
      flow,
      network.layers.map(() => collector),
    )
    return { scores: denseScores(flow), exponent: flow.exponents.at(-1)! }
  })
}

/**
 * Iterative synaptic flow pruning. At round t = 1 … `rounds` the scores |w ∂R/∂w| of the network as pruned so far, with
 * |w| in place of w, an all-ones input and R the sum of its outputs, decide which ⌊total · density^(t / rounds) + ½⌋
 * weights stay; pruned weights stay pruned. Signals pass linearly: the flow is non-negative, so ReLU would change
 * nothing, and other activations do not enter. Biases take part as |b| (the authors' code makes every parameter
 * positive) and are not pruned. No data.
 */
export const synflow: Criterion = {
  name: 'synflow',
  label: 'SynFlow',
  summary: 'keeps the weights that carry the largest synaptic flow',
  needsData: false,
  iterative: true,
  defaults: { rounds: 100 },
  paper:
    'Tanaka et al., Pruning Neural Networks without Any Data by Iteratively Conserving Synaptic Flow, NeurIPS 2020',
  masks(network, { kernels, budgets, density, rounds, onProgress }) {
    return withScratch(kernels, (scratch): Chosen => {
      const flow = createFlow(network, kernels, scratch)
      const pools = createPools(flow, budgets, scratch)
      const poolOf = network.layers.map((_, i) => pools.find(({ layers }) => layers.includes(i))!)
      let cuts = new Map(pools.map((pool) => [pool, keepAll()]))
      const forward = () =>
        sendForward(
          flow,
          poolOf.map((pool) => cuts.get(pool)!),
        )
      for (let t = 1; t <= rounds; t++) {
        const target = ({ kept, total }: Pool) => Math.min(kept, keepCount(total, density ** (t / rounds)))
        if (pools.some((pool) => target(pool) < pool.kept)) {
          const total = forward()
          for (const pool of pools) aimCollector(flow, pool, target(pool), total)
          sendBackward(
            flow,
            poolOf.map(({ collector }) => collector),
          )
          cuts = new Map(pools.map((pool) => [pool, cutPool(flow, pool, target(pool), total)]))
        }
        onProgress(t / rounds)
      }
      forward()
      const ties = pools.flatMap(({ layers, idleTie, tie }): BudgetTie[] =>
        [idleTie ?? tie].flatMap((shown) => (shown ? [{ layers, ...shown }] : [])),
      )
      return { masks: survivingMasks(flow), ties }
    })
  },
}
