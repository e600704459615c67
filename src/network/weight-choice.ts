/** `kept`: weights that survive pruning stay as they are; `redrawn`: they are drawn anew, so that V = W. */
export const weightChoices = ['kept', 'redrawn'] as const

export type WeightChoice = (typeof weightChoices)[number]
