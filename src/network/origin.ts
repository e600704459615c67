/** Samples that a number depends on. */
export interface DataOrigin {
  /** `mnist`, or the path that was given. */
  readonly source: string
  readonly samples: number
  /** Seed of the subset of a named dataset. */
  readonly seed?: number
  /** Mean and deviation that were taken out: those of the training set, of the rows used, or none. */
  readonly standardized: 'training' | 'rows' | 'no'
  /** Hash of the numbers used. */
  readonly fingerprint: string
}

/** How masks came about. */
export interface Origin {
  readonly method?: string
  /** As it was asked for. */
  readonly density?: number
  readonly scope?: string
  readonly seed?: number
  /** The samples that the scores saw. */
  readonly data?: DataOrigin
  /** Version that made them. */
  readonly limn?: string
}
