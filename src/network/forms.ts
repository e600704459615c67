import type { Tensor, TensorArchive, TensorMap } from '../data/tensor.js'
import { networkToTensors, type Checkpoint } from './checkpoint.js'
import { formatActivation } from './activation.js'
import { originToMetadata } from './context-json.js'
import { NumbersError } from '../numbers-error.js'
import { biasScale, weightScale, type Network } from './network.js'

/** A form that masks and weights of a network are written in. */
export interface NetworkForm {
  /** What it is for, for the help of a command. */
  readonly about: string
  /** Whether it takes weights. */
  readonly needsWeights: boolean
  /** @param names of the layers from input to output */
  readonly write: (checkpoint: Checkpoint, names: readonly string[]) => TensorArchive
}

/** Tensors of a network as PyTorch multiplies them: the NTK parameterisation's factors are in the weights and biases. */
function effective({ spec, layers }: Network) {
  const ofBias = biasScale(spec)
  return layers.map(({ mask, weight, bias }, l) => {
    const factor = weightScale(spec, l)
    return {
      shape: [mask.rows, mask.cols],
      mask,
      weight: factor === 1 ? weight : weight.map((value) => factor * value),
      bias: bias && (ofBias === 1 ? bias : bias.map((value) => ofBias * value)),
    }
  })
}

/** As f32, which PyTorch's layers are. */
function single(shape: readonly number[], data: ArrayLike<number>): Tensor {
  const rounded = Float32Array.from(data)
  const lost = rounded.findIndex((value) => !Number.isFinite(value))
  if (lost >= 0) throw new NumbersError(`expected weights within the range of float32, got ${data[lost]}`)
  return { shape, data: rounded }
}

const standard = ({ known, origin }: Checkpoint): Record<string, string> => ({
  ...originToMetadata(origin),
  ...(known.activation && { activation: formatActivation(known.activation) }),
  parameterization: 'standard',
})

/** What a file of masks alone says of its network, no more and no less. */
function described({ known, masks, origin }: Checkpoint): Record<string, string> {
  const { activation, parameterization, sigmaW2, sigmaB2 } = known
  return {
    ...originToMetadata(origin),
    sizes: [masks[0].cols, ...masks.map(({ rows }) => rows)].join(','),
    ...(activation && { activation: formatActivation(activation) }),
    ...(parameterization && { parameterization }),
    ...(sigmaW2 && { sigma_w2: sigmaW2.join(',') }),
    ...(sigmaB2 !== undefined && { sigma_b2: String(sigmaB2) }),
  }
}

/** What {@link networkToTensors} gives, or masks alone, with everything that the file says of itself. */
function ownForm(checkpoint: Checkpoint): TensorArchive {
  const { network, masks, origin } = checkpoint
  if (network) return networkToTensors(network, originToMetadata(origin))
  const tensors = new Map(
    masks.map(({ rows, cols, data }, l): [string, Tensor] => [`layers.${l}.mask`, { shape: [rows, cols], data }]),
  )
  return { tensors, metadata: described(checkpoint) }
}

/** All forms. Weights of `pruned` and `applied` are those that PyTorch multiplies by, in f32. */
export const networkForms = {
  limn: { about: 'as limn writes them: layers.<i>.mask, weight, bias', needsWeights: false, write: ownForm },
  masks: {
    about: '<name>.weight_mask alone, for torch.nn.utils.prune.custom_from_mask',
    needsWeights: false,
    write: (checkpoint, names) => ({
      tensors: new Map(
        checkpoint.masks.map(({ rows, cols, data }, l): [string, Tensor] => [
          `${names[l]}.weight_mask`,
          single([rows, cols], data),
        ]),
      ),
      metadata: described(checkpoint),
    }),
  },
  pruned: {
    about: '<name>.weight_orig, weight_mask, bias: the state of a model under torch.nn.utils.prune',
    needsWeights: true,
    write: (checkpoint, names) => ({
      tensors: pairs(checkpoint, names, ({ shape, mask, weight, bias }, name) => [
        ...(bias ? [[`${name}.bias`, single([mask.rows], bias)] as const] : []),
        [`${name}.weight_orig`, single(shape, weight)],
        [`${name}.weight_mask`, single(shape, mask.data)],
      ]),
      metadata: standard(checkpoint),
    }),
  },
  applied: {
    about: '<name>.weight with zeros where it is pruned, bias: the state of a plain model',
    needsWeights: true,
    write: (checkpoint, names) => ({
      tensors: pairs(checkpoint, names, ({ shape, mask, weight, bias }, name) => [
        [
          `${name}.weight`,
          single(
            shape,
            weight.map((value, k) => (mask.data[k] === 1 ? value : 0)),
          ),
        ],
        ...(bias ? [[`${name}.bias`, single([mask.rows], bias)] as const] : []),
      ]),
      metadata: standard(checkpoint),
    }),
  },
} as const satisfies Readonly<Record<string, NetworkForm>>

export type NetworkFormName = keyof typeof networkForms

function pairs(
  { network }: Checkpoint,
  names: readonly string[],
  of: (layer: ReturnType<typeof effective>[number], name: string) => readonly (readonly [string, Tensor])[],
): TensorMap {
  return new Map(network ? effective(network).flatMap((layer, l) => of(layer, names[l])) : [])
}
