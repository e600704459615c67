import { createMask } from '../network/mask.js'
import { randomStream } from '../random/random.js'
import type { Criterion } from './criterion.js'

/**
 * Uniformly random masks with an exact number of ones: selection sampling (Knuth, The Art of Computer Programming 2,
 * §3.4.2, algorithm S) over the weights of each budget in order, so that with global scope the layers' counts are
 * hypergeometric. Budget i draws from the stream (seed, 'prune', 'random', i).
 */
export const random: Criterion = {
  name: 'random',
  label: 'Random',
  summary: 'keeps weights chosen uniformly at random',
  needsData: false,
  iterative: false,
  defaults: {},
  paper: 'Liu et al., The Unreasonable Effectiveness of Random Pruning, ICLR 2022',
  masks(network, { budgets, seed }) {
    const masks = network.layers.map(({ mask }) => new Uint8Array(mask.data.length))
    for (const [i, { layers, available, keep }] of budgets.entries()) {
      const stream = randomStream(seed, 'prune', 'random', i)
      let left = available
      let needed = keep
      for (const layer of layers) {
        const open = network.layers[layer].mask.data
        const chosen = masks[layer]
        for (let k = 0; k < open.length; k++) {
          if (open[k] === 0) continue
          if (stream.uniform() * left < needed) {
            chosen[k] = 1
            needed--
          }
          left--
        }
      }
    }
    return { masks: network.layers.map(({ mask }, i) => createMask(mask.rows, mask.cols, masks[i])), ties: [] }
  },
}
