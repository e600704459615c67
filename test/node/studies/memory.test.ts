import { expect, it } from 'vitest'
import { availableMemory } from '../../../src/node/files/memory.js'
import { requireStudyMemory } from '../../../src/node/studies/memory.js'
import { readStudy } from '../../../src/study/read-study.js'

const facts = { inputs: 20, classes: 3, fingerprint: 'f', kernels: 'simd' } as const
const study = (samples: number) =>
  readStudy(
    `trials: 1
data: { source: mnist, samples: 8 }
network: { hiddenLayers: 1, widths: [8] }
prune: { methods: [random], densities: [0.5] }
graphon: { bins: 4 }
spectrum: { samples: ${samples}, top: 5 }
training: { steps: 0 }
`,
    'study.yaml',
  )
const refusal = (samples: number): string => {
  try {
    requireStudyMemory({ config: study(samples), facts })
    return ''
  } catch (error) {
    return String(error)
  }
}

it('a kernel on more samples than a worker can ever hold is refused with the most that fit', () => {
  // The sums of all column tiles of a search alone are n / 64 numbers for each sample.
  const over = Math.ceil(Math.sqrt(8 * availableMemory()))
  const said = refusal(over)
  expect(said).toContain(`spectrum.samples: a kernel on ${over} samples`)
  const fits = Number(/use at most (\d+)/.exec(said)?.[1])
  expect(fits).toBeGreaterThan(1000)
  expect(refusal(fits)).toBe('')
  expect(refusal(fits + 1)).toContain('spectrum.samples')
})
