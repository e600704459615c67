import type { Findings } from '../../study/findings.js'
import type { Answer } from './answer.js'
import { convergenceAnswer } from './convergence.js'
import { spectraAnswer } from './spectra.js'
import { trainingAnswer } from './training.js'

/** The first sentence of what matters most: is there a limit, is its kernel the network’s, and which method trained best. */
export function summaryAnswer(findings: Findings): Answer {
  const [limit] = convergenceAnswer(findings)
  const [kernel] = spectraAnswer(findings)
  const [training] = trainingAnswer(findings)
  return [limit, kernel, training]
}
