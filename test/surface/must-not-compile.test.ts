import { expect, it } from 'vitest'
import {
  createSpec,
  definePruning,
  graphonNtk,
  loadKernels,
  prune,
  type DataOrigin,
  type GraphonChain,
  type LabelledDataset,
  type Mask,
  type Matrix,
  type Network,
} from '../../src/index.js'
import { matmul } from '../../src/entries/linalg.js'
import { executeStudy, type Findings, type ResultStore } from '../../src/entries/study.js'
import { loadData } from '../../src/node/index.js'

declare const network: Network
declare const chain: GraphonChain
declare const x: Matrix
declare const mask: Mask
declare const findings: Findings
declare const store: ResultStore

/** What a compiler must refuse; `npm run check` compiles it, and nothing runs it. */
export const refused = [
  // @ts-expect-error a text is no activation
  () => createSpec({ sizes: [3, 2], activation: 'relu' }),
  // @ts-expect-error an activation's parameters are numbers
  () => createSpec({ sizes: [3, 2], activation: { name: 'leaky-relu', slope: '0.1' } }),
  // @ts-expect-error no such method
  () => prune(network, { method: 'magnitud', density: 0.5, scope: 'global', seed: 0 }),
  // @ts-expect-error every draw has a seed
  () => prune(network, { method: 'random', density: 0.5, scope: 'global' }),
  // @ts-expect-error a scope is global or layer
  () => prune(network, { method: 'random', density: 0.5, scope: 'all', seed: 0 }),
  // @ts-expect-error scores are what a method is made of
  () => definePruning({ name: 'mine' }),
  // @ts-expect-error plain numbers are no matrix
  () => graphonNtk(chain, [[1, 2]]),
  // @ts-expect-error no such convention
  () => graphonNtk(chain, x, { convention: 'both' }),
  // @ts-expect-error matrices are read-only
  () => void (x.rows = 3),
  // @ts-expect-error a mask's count goes with its entries
  () => void (mask.kept = 0),
  // @ts-expect-error optional keys are left out, not undefined
  () => matmul(x, x, { kernels: undefined }),
  // @ts-expect-error no such build
  () => loadKernels('avx512'),
  // @ts-expect-error labels may be missing where nobody asked for them
  (): LabelledDataset => loadData('mnist', { samples: 3 }),
  // @ts-expect-error an origin says where samples come from
  (): DataOrigin => ({ samples: 3 }),
  // @ts-expect-error lists of findings are read-only
  () => void (findings.spectra = []),
  // @ts-expect-error a plan is executed by a runner into a store
  () => executeStudy({ jobs: [], store }),
]

it('states what must not compile', () => expect(refused.length).toBeGreaterThan(15))
