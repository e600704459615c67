/** What a graphon cannot know of the masks of a method, whatever the numbers of a study. */
export interface Limitation {
  /** Reports name methods of one limitation together. */
  readonly title: string
  /** Whole sentences; reports say before them which methods they hold for. */
  readonly text: string
}

/** Of scores that multiply a weight with a derivative, which other weights decide. */
export const correlatedSurvivors: Limitation = {
  title: 'Correlated survivors',
  text: 'The score of a weight holds the weight itself times a derivative. Surviving weights are then correlated along paths, and sums over paths add up coherently; no graphon, with or without energies, knows of this.',
}

const isLimitation = (value: unknown): boolean => {
  const { title, text } = (value ?? {}) as Partial<Record<string, unknown>>
  return typeof title === 'string' && typeof text === 'string'
}

/** What keeps a value from being the limitations of a criterion; undefined where it is them, or there are none. */
export function limitationsProblem(value: unknown): string | undefined {
  if (value === undefined || (Array.isArray(value) && value.every(isLimitation))) return undefined
  return `expected limitations as [{ title, text }, …], got ${JSON.stringify(value)}`
}
