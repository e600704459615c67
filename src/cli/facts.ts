import type { Checkpoint } from '../network/checkpoint.js'
import type { Facts } from './limits.js'

/** What a network's file says on which the use of options depends. */
export function factsOf({ network, masks, reading }: Checkpoint, file: string): Facts {
  const about = network && {
    parameterization: network.spec.parameterization,
    biases: network.layers.some(({ bias }) => bias !== undefined),
  }
  return {
    file,
    ...about,
    weights: network !== undefined,
    matrices: masks.length,
    masks: true,
    bare: reading.zeros !== undefined,
  }
}

/** {@link factsOf} several networks: an option that serves one of them has an effect. */
export function commonFacts(checkpoints: readonly Checkpoint[], file: string): Facts {
  const facts = checkpoints.map((checkpoint) => factsOf(checkpoint, file))
  const some = (key: 'biases' | 'weights' | 'masks' | 'bare') => facts.some((fact) => fact[key])
  return {
    file,
    parameterization: facts.every(({ parameterization }) => parameterization === 'standard') ? 'standard' : 'ntk',
    biases: some('biases'),
    weights: some('weights'),
    masks: some('masks'),
    bare: some('bare'),
  }
}
