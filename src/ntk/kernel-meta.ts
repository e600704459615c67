import { asciiJson, parseJsonObject, type JsonObject, type JsonValue } from '../data/npz-meta.js'
import type { NetworkContext } from '../network/context.js'
import {
  contextFromJson,
  contextToJson,
  dataFromJson,
  dataToJson,
  metaReader,
  originFromJson,
  originToJson,
} from '../network/context-json.js'
import type { DataOrigin, Origin } from '../network/origin.js'

/** What a kernel in a file is a kernel of. */
export interface KernelMeta {
  /** `graphon`: of the infinitely wide network that follows a chain; `empirical`: of one finite network. */
  readonly kind: 'graphon' | 'empirical'
  /** C, also where one kernel stands for all classes. */
  readonly outputs: number
  /** Which of these outputs the file has, in its order; `mean` is their mean. */
  readonly classes: 'all' | 'mean' | readonly number[]
  /** The samples. */
  readonly data: DataOrigin
  /** Of a limit: how it was computed. */
  readonly convention?: string
  readonly rescale?: string
  readonly weights?: string
  /** The network, whose coordinates are those of the kernel. */
  readonly network?: NetworkContext
  /** How its masks came about. */
  readonly masks?: Origin
  /** Version that computed it. */
  readonly limn?: string
}

const mark = 'limn '
/** Longest comment that leaves NumPy's reader room for the rest of a header. */
const longest = 9_500

function entries(meta: KernelMeta, whole: boolean): JsonObject {
  const { kind, outputs, classes, data, convention, rescale, weights, network, masks, limn } = meta
  const found: Record<string, JsonValue | undefined> = {
    kernel: kind,
    outputs,
    classes,
    data: dataToJson(data),
    convention,
    rescale,
    weights,
    network: whole ? network && contextToJson(network) : undefined,
    masks: whole ? masks && originToJson(masks) : undefined,
    limn,
  }
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
}

/**
 * A kernel's description as the comment of its `.npy` header, one line of ASCII. Of a network whose description would be
 * longer than NumPy reads, samples and outputs alone are kept.
 *
 * @example
 * import { kernelComment, readKernelComment } from 'limn'
 *
 * const data = { source: 'mnist', samples: 100, seed: 0, standardized: 'training', fingerprint: '0'.repeat(32) } as const
 * const comment = kernelComment({ kind: 'graphon', outputs: 10, classes: 'all', data, convention: 'masked' })
 * console.log(readKernelComment(comment, 'kernel.npy')?.kind) // graphon
 */
export function kernelComment(meta: KernelMeta): string {
  const comment = mark + asciiJson(entries(meta, true))
  return comment.length <= longest ? comment : mark + asciiJson(entries(meta, false))
}

/**
 * The description in the comment of an `.npy` header, or undefined where another program wrote it.
 *
 * @throws FileError when it starts as limn's does and is damaged
 *
 * @example
 * import { readKernelComment } from 'limn'
 *
 * console.log(readKernelComment('made by another program', 'kernel.npy')) // undefined
 */
export function readKernelComment(comment: string | undefined, file: string): KernelMeta | undefined {
  if (!comment?.startsWith(mark)) return undefined
  const prefix = 'header'
  const meta = parseJsonObject(comment.slice(mark.length), file, prefix)
  const { text, number, numbers, object, oneOf, need } = metaReader(meta, file, prefix)
  const [network, masks] = [object('network'), object('masks')]
  const named = typeof meta['classes'] === 'string'
  const matrices = network && Array.isArray(network['sigma_w2']) ? network['sigma_w2'].length : 0
  const optional = {
    convention: text('convention'),
    rescale: text('rescale'),
    weights: text('weights'),
    network: network && contextFromJson(network, matrices, file, `${prefix} network`),
    masks: masks && originFromJson(masks, file, `${prefix} masks`),
    limn: text('limn'),
  }
  return {
    kind: need('kernel', oneOf('kernel', ['graphon', 'empirical'] as const)),
    outputs: need('outputs', number('outputs')),
    classes: named ? need('classes', oneOf('classes', ['all', 'mean'] as const)) : need('classes', numbers('classes')),
    data: dataFromJson(need('data', object('data')), file, `${prefix} data`),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  }
}
