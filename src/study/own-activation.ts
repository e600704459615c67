import { isModulePath } from '../data/module-path.js'
import { parseActivation, type Activation } from '../network/activation.js'
import type { StudyConfig } from './schema.js'

/** An activation that a module defines, as the plan of a study knows it. */
export interface OwnActivationFacts {
  /** As the study says it. */
  readonly path: string
  readonly name: string
  /** Hash of the module: with another one, results are others. */
  readonly fingerprint: string
}

/**
 * The activation of a study.
 *
 * @param own what the module that the study names defines
 * @throws RangeError when the study names a module and nothing is given
 */
export function studyActivation({ network }: StudyConfig, own: Activation | undefined): Activation {
  if (!isModulePath(network.activation)) return parseActivation(network.activation)
  if (own) return own
  throw new RangeError(`study: expected the activation of ${network.activation}, got none; load the module first`)
}
