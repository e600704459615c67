import { FileError } from '../../data/file-error.js'
import { activationNames } from '../../network/activations/activations.js'
import { activationProblem, type ActivationDefinition } from '../../network/activations/definition.js'
import { defineActivation, type OwnActivation } from '../../network/activations/own-activation.js'
import type { Activation } from '../../network/activation.js'
import { definedIn, loadModule } from './load-module.js'

/** An activation from a module, and what its results depend on. */
export interface LoadedActivation {
  readonly activation: Activation
  /** Hash of the module's text; what it imports is not followed. */
  readonly fingerprint: string
}

const isOwn = (value: unknown): value is OwnActivation =>
  typeof value === 'object' && value !== null && 'value' in value && !('form' in value)

/**
 * The activation that a JavaScript module exports as its default: what `defineActivation` gives, or what it takes.
 *
 * @param path relative to the working directory
 * @throws FileError when there is no such file, it cannot be loaded, exports no activation, or one of a name that limn has
 */
export async function loadActivation(path: string): Promise<LoadedActivation> {
  const { value, fingerprint } = await loadModule(path, 'an activation')
  const problem = isOwn(value) ? undefined : activationProblem(value)
  if (problem !== undefined) {
    throw new FileError(path, `${problem}; export default { name, value, derivative }, or what defineActivation gives`)
  }
  const definition = isOwn(value) ? definedIn(path, () => defineActivation(value)) : (value as ActivationDefinition)
  const { name } = definition
  if (activationNames.some((known) => known === name)) {
    throw new FileError(path, `expected a name that limn does not have, got '${name}'`)
  }
  return { activation: { name, definition }, fingerprint }
}
