import type { Case } from './case.js'
import { cutnormBlocks, cutnormNoise, cutnormStructured } from './cutnorm.js'
import { denseNtk } from './dense-ntk.js'
import { eigenvalues, eigenvectors } from './eigen.js'
import { empiricalNtk } from './empirical-ntk.js'
import { graphonNtkChains } from './graphon-ntk-chains.js'
import { graphonNtkBlocks, graphonNtkGeneric, graphonNtkRank } from './graphon-ntk.js'
import { snip } from './snip.js'
import { synflow } from './synflow.js'
import { trainStepTenth, trainStepTwentieth } from './train-step.js'

/** Every case, in the order of the table. */
export const cases = {
  synflow,
  snip,
  'train-step-10': trainStepTenth,
  'train-step-05': trainStepTwentieth,
  'graphon-ntk': graphonNtkGeneric,
  'graphon-ntk-rank8': graphonNtkRank,
  'graphon-ntk-blocks8': graphonNtkBlocks,
  'graphon-ntk-chains': graphonNtkChains,
  'dense-ntk': denseNtk,
  eigenvalues,
  eigenvectors,
  'empirical-ntk': empiricalNtk,
  'cutnorm-noise': cutnormNoise,
  'cutnorm-structured': cutnormStructured,
  'cutnorm-blocks': cutnormBlocks,
} as const satisfies Record<string, Case>

export type CaseName = keyof typeof cases

export const caseNames = Object.keys(cases) as readonly CaseName[]
