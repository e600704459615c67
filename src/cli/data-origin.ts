import type { Dataset } from '../data/dataset.js'
import type { DataOrigin } from '../network/origin.js'
import { isNamedData } from '../node/samples/load-data.js'
import { fingerprint } from './kernel-identity.js'

/** What options say of samples. */
export interface DataFlags {
  readonly data: string
  readonly standardize?: boolean | undefined
  readonly seed?: number | undefined
}

/** The samples that a command used, as its files carry them on. */
export function dataOrigin({ data, standardize = false, seed = 0 }: DataFlags, { x }: Pick<Dataset, 'x'>): DataOrigin {
  const named = isNamedData(data)
  return {
    source: data,
    samples: x.rows,
    ...(named && { seed }),
    standardized: named ? 'training' : standardize ? 'rows' : 'no',
    fingerprint: fingerprint(x),
  }
}
