/** What is known of a dataset that has a name of its own instead of a path. */
export interface NamedDataset {
  /** Whether it comes with samples for testing. */
  readonly hasTestSet: boolean
  /** Whether it is standardised by its own training set, always. */
  readonly isStandardized: boolean
}

/** Datasets by name. */
export const namedDatasets = {
  mnist: { hasTestSet: true, isStandardized: true },
} as const satisfies Readonly<Record<string, NamedDataset>>

export type DatasetName = keyof typeof namedDatasets

/** What is known of a source of samples by its name; undefined for a path. */
export function namedDataset(source: string): NamedDataset | undefined {
  return Object.hasOwn(namedDatasets, source) ? namedDatasets[source as DatasetName] : undefined
}

/** The names of the datasets that have a property. */
export const datasetsThat = (has: keyof NamedDataset): string[] =>
  Object.entries<NamedDataset>(namedDatasets).flatMap(([name, dataset]) => (dataset[has] ? [name] : []))
