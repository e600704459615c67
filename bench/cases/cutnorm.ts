import { randomStream } from '../../src/random/random.js'
import { cutDifference } from '../compare.js'
import { writeInput } from '../inputs.js'
import type { Case } from './case.js'

export const cutnorm: Case = {
  title: 'cut norm of the difference of two 64 × 64 step graphons',
  task: 'cutnorm',
  peers: [{ name: 'cutnorm', environment: 'numeric', task: 'cutnorm_package' }],
  parameters: { bins: 64 },
  quick: {},
  prepare(folder, { bins }) {
    for (const key of ['a', 'b']) {
      const random = randomStream(1, 'bench cut norm', key)
      writeInput(folder, key, {
        shape: [bins, bins],
        data: Float64Array.from({ length: bins * bins }, () => random.uniform()),
      })
    }
  },
  compare: () => cutDifference(1e-9),
  floor: 1,
  precision: 'f64',
}
