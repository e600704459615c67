import type { DegreeFinding } from '../study/findings.js'

/** What most trials say of the degrees of one side. */
export type DegreeWord = 'constant' | 'regular' | 'chance' | 'uneven' | 'mixed'

/** One word for a side's degrees over trials; null where chance leaves no choice, as in dense masks. */
export function degreeWord({ regular, chance, uneven, constant }: DegreeFinding, trials: number): DegreeWord | null {
  if (regular + chance + uneven === 0) return null
  if (constant === trials) return 'constant'
  const most = trials / 2
  if (uneven > most) return 'uneven'
  if (regular > most) return 'regular'
  return chance > most ? 'chance' : 'mixed'
}
