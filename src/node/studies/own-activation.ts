import { FileError } from '../../data/file-error.js'
import { isModulePath } from '../../data/module-path.js'
import type { Activation } from '../../network/activation.js'
import type { OwnActivationFacts } from '../../study/own-activation.js'
import type { StudyConfig } from '../../study/schema.js'
import { loadActivation } from '../files/load-activation.js'

/** What a plan must know of the module that a study names as its activation. @throws FileError when it cannot be loaded */
export async function ownActivation({ network }: StudyConfig): Promise<OwnActivationFacts | undefined> {
  const path = network.activation
  if (!isModulePath(path)) return undefined
  const { activation, fingerprint } = await loadActivation(path)
  return { path, name: activation.name, fingerprint }
}

/** The activation of a plan, loaded for its jobs. @throws FileError when the module is no longer that of the plan */
export async function plannedActivation(own: OwnActivationFacts | undefined): Promise<Activation | undefined> {
  if (!own) return undefined
  const { activation, fingerprint } = await loadActivation(own.path)
  if (fingerprint === own.fingerprint) return activation
  throw new FileError(own.path, 'has changed since the study was planned; run the study again with this module')
}
