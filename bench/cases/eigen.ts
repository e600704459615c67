import { denseNtk } from '../../src/ntk/dense-ntk.js'
import { loadData } from '../../src/node/samples/load-data.js'
import { eigenDifference } from '../compare.js'
import { writeInput } from '../inputs.js'
import type { Case } from './case.js'

function eigen(vectors: 0 | 1, title: string): Case {
  return {
    title,
    task: 'eigen',
    peers: [
      { name: 'NumPy (syevd)', environment: 'numeric', task: 'eigen_numpy' },
      { name: 'SciPy (syevr)', environment: 'numeric', task: 'eigen_scipy' },
    ],
    parameters: { samples: 2048, vectors },
    quick: { samples: 256 },
    prepare(folder, { samples }) {
      const { x } = loadData('mnist', { samples, seed: 0 })
      const { data } = denseNtk([x.cols, 1, 1, 1, 1], x)
      writeInput(folder, 'kernel', { shape: [samples, samples], data })
    },
    compare: () => eigenDifference(1e-11, vectors === 1),
    floor: 0.7,
    // Reduction to tridiagonal form; with vectors, applying the reflectors and at most as much again for the tridiagonal ones.
    flops: ({ samples }) => (4 / 3 + (vectors === 1 ? 2 : 0)) * samples ** 3,
    least: ({ samples }) => ({
      precision: 'f64',
      flops: (4 / 3 + 2 * vectors) * samples ** 3,
      bytes: 8 * samples ** 2,
    }),
    precision: 'f64',
  }
}

export const eigenvalues = eigen(0, 'eigenvalues of a 2048 × 2048 kernel, f64')
export const eigenvectors = eigen(1, 'full decomposition of a 2048 × 2048 kernel, f64')
