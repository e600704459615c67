import type { Dataset } from '../../data/dataset.js'
import type { DataOrigin } from '../../network/origin.js'
import { isNamedData } from './load-data.js'
import { fingerprint } from '../files/fingerprint.js'

/** How samples were chosen. */
export interface ChosenData {
  readonly data: string
  readonly standardize?: boolean | undefined
  readonly seed?: number | undefined
}

/**
 * The samples that were used, as files carry them on: where they are from, how they were chosen, and a fingerprint.
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { dataOrigin } from 'limn/node'
 *
 * const { source, samples, standardized } = dataOrigin({ data: 'mine.npz' }, { x: matrixOf([[1], [2]]) })
 * console.log(source, samples, standardized) // mine.npz 2 no
 */
export function dataOrigin({ data, standardize = false, seed = 0 }: ChosenData, { x }: Pick<Dataset, 'x'>): DataOrigin {
  const named = isNamedData(data)
  return {
    source: data,
    samples: x.rows,
    ...(named && { seed }),
    standardized: named ? 'training' : standardize ? 'rows' : 'no',
    fingerprint: fingerprint(x),
  }
}
