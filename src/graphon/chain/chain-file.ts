import { FileError } from '../../data/file-error.js'
import { decodeNpzArchive, encodeNpz } from '../../data/npz.js'
import type { JsonObject } from '../../data/npz-meta.js'
import { toFloat64, type Tensor, type TensorMap } from '../../data/tensor.js'
import type { Matrix } from '../../linalg/matrix.js'
import { contextFromJson, contextToJson, originFromJson, originToJson } from '../../network/context-json.js'
import { findChainProblem, type GraphonChain } from './chain.js'
import type { GraphonLayers, GraphonMatrix } from './layers.js'

function fromMatrix({ rows, cols, data }: Matrix): Tensor {
  return { shape: [rows, cols], data }
}

function fromMeasure(measure: Float64Array): Tensor {
  return { shape: [measure.length], data: measure }
}

/**
 * A chain as named arrays of its file: `W0 … WL`, `V0 … VL` when present, `measure1 … measureL`; all float64, not copied.
 *
 * @example
 * import { chainToTensors, constantChain } from 'limn'
 *
 * const tensors = chainToTensors(constantChain({ inputs: 3, classes: 2, hidden: [4] }, 0.5))
 * console.log([...tensors.keys()], tensors.get('W1')?.shape) // [ 'W0', 'W1', 'measure1' ] [ 2, 4 ]
 */
export function chainToTensors({ W, V, measures }: GraphonChain): TensorMap {
  return new Map([
    ...W.map((m, i): [string, Tensor] => [`W${i}`, fromMatrix(m)]),
    ...(V ?? []).map((m, i): [string, Tensor] => [`V${i}`, fromMatrix(m)]),
    ...measures.map((measure, i): [string, Tensor] => [`measure${i + 1}`, fromMeasure(measure)]),
  ])
}

/** Layer-aligned matrices as named arrays `W1 … W<L−1>`, `measure1 … measureL`. Without `W0` it is not a chain. */
export function layersToTensors({ matrices, measures }: GraphonLayers): TensorMap {
  return new Map([
    ...matrices.map(({ index, W }): [string, Tensor] => [`W${index}`, fromMatrix(W)]),
    ...measures.map((measure, i): [string, Tensor] => [`measure${i + 1}`, fromMeasure(measure)]),
  ])
}

/**
 * One matrix by itself as named arrays: as if it were the first of a chain where its columns are exact (`W0`, `measure1`), the
 * last where its rows are (`W1`, `measure1`), or between hidden layers (`W1`, `measure1`, `measure2`). None of these is a chain.
 */
export function matrixToTensors({ W, V, rowMeasure, colMeasure }: GraphonMatrix): TensorMap {
  const measures = [colMeasure, rowMeasure].filter((measure) => measure !== undefined)
  return new Map([
    [`W${colMeasure ? 1 : 0}`, fromMatrix(W)],
    ...(V ? [[`V${colMeasure ? 1 : 0}`, fromMatrix(V)] as const] : []),
    ...measures.map((measure, i): [string, Tensor] => [`measure${i + 1}`, fromMeasure(measure)]),
  ])
}

/** The arrays `<prefix><first>`, `<prefix><first + 1>`, …; a gap is an error that names the missing key. */
function series<Value>(
  tensors: TensorMap,
  file: string,
  prefix: string,
  first: number,
  read: (tensor: Tensor, key: string) => Value,
): Value[] {
  const pattern = new RegExp(`^${prefix}(0|[1-9]\\d*)$`)
  const indices = [...tensors.keys()].flatMap((key) => pattern.exec(key)?.[1] ?? []).map(Number)
  indices.sort((a, b) => a - b)
  return indices.map((index, place) => {
    const key = `${prefix}${first + place}`
    const tensor = tensors.get(key)
    if (index < first) throw new FileError(file, `expected arrays from ${prefix}${first} on`, `${prefix}${index}`)
    if (index !== first + place || !tensor) {
      throw new FileError(file, `expected this array, because there is ${prefix}${index}; found none`, key)
    }
    return read(tensor, key)
  })
}

function asMatrix(file: string) {
  return (tensor: Tensor, key: string): Matrix => {
    const { shape } = tensor
    if (shape.length !== 2) throw new FileError(file, `expected a matrix, got shape [${shape.join(', ')}]`, key)
    return { rows: shape[0], cols: shape[1], data: toFloat64(tensor) }
  }
}

function asMeasure(file: string) {
  return (tensor: Tensor, key: string): Float64Array => {
    const { shape } = tensor
    if (shape.length !== 1) throw new FileError(file, `expected a vector, got shape [${shape.join(', ')}]`, key)
    return toFloat64(tensor)
  }
}

function checkHasChain(tensors: TensorMap, file: string): void {
  const count = (pattern: RegExp): number => [...tensors.keys()].filter((key) => pattern.test(key)).length
  const [matrices, measures] = [count(/^W\d+$/), count(/^measure\d+$/)]
  const single = matrices === 1 && measures > 0
  if (tensors.has('W0') && !single) return
  if (tensors.has('W0') || tensors.has('W1')) {
    const found = single ? 'one matrix with binned hidden units' : 'layer-aligned matrices only'
    const remedy = single
      ? 'make the chain of the whole network with `limn graphon`, of one without hidden layers with `--axes exact,exact`'
      : 'make the chain of all matrices with `limn graphon --align chain`'
    throw new FileError(file, `expected a graphon chain, got ${found}; ${remedy}`, 'W0')
  }
  const keys = [...tensors.keys()]
  const found = keys.length === 0 ? 'no arrays' : `${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''}`
  throw new FileError(file, `expected a graphon chain with arrays W0 … WL and measure1 … measureL, got ${found}`, 'W0')
}

/**
 * Reads a chain from the named arrays of its file. Other arrays are ignored.
 *
 * @param file named in every error
 * @param meta what the file says of the network and of how the masks came about
 * @throws FileError naming file and key when an array is missing, has the wrong rank, does not chain, or holds a density
 *   outside [0, 1], a negative or non-finite energy, or measures that are not positive or do not sum to 1
 *
 * @example
 * import { chainFromTensors, chainToTensors, constantChain } from 'limn'
 *
 * const tensors = chainToTensors(constantChain({ inputs: 3, classes: 2, hidden: [4] }, 0.5))
 * const { W } = chainFromTensors(tensors, 'chain.npz')
 * console.log(W.map(({ rows, cols }) => `${rows} × ${cols}`)) // [ '4 × 3', '2 × 4' ]
 */
export function chainFromTensors(tensors: TensorMap, file: string, meta: JsonObject = {}): GraphonChain {
  checkHasChain(tensors, file)
  const W = series(tensors, file, 'W', 0, asMatrix(file))
  const V = series(tensors, file, 'V', 0, asMatrix(file))
  const measures = series(tensors, file, 'measure', 1, asMeasure(file))
  const network = contextFromJson(meta, W.length, file)
  const origin = originFromJson(meta, file)
  const chain: GraphonChain = {
    W,
    ...(V.length > 0 && { V }),
    measures,
    ...(network && { network }),
    ...(Object.keys(origin).length > 0 && { origin }),
  }
  const found = findChainProblem(chain)
  if (found) throw new FileError(file, found.problem, found.key)
  return chain
}

/** What a chain's file says beside its arrays: the network's context and how the masks came about; undefined when neither is known. */
export function chainMeta({ network, origin }: GraphonChain): JsonObject | undefined {
  if (!network && !origin) return undefined
  return { ...(network && contextToJson(network)), ...(origin && originToJson(origin)) }
}

/**
 * A chain as the bytes of an `.npz` file, with its network as the JSON member `meta`.
 *
 * @param more further entries of `meta`, such as the estimator
 *
 * @example
 * import { constantChain, decodeNpz, encodeChain } from 'limn'
 *
 * const bytes = encodeChain(constantChain({ inputs: 3, classes: 2, hidden: [4] }, 0.5))
 * console.log([...decodeNpz(bytes, 'chain.npz').keys()]) // [ 'W0', 'W1', 'measure1' ]
 */
export function encodeChain(chain: GraphonChain, more: JsonObject = {}): Uint8Array {
  return encodeNpz(chainToTensors(chain), { ...chainMeta(chain), ...more })
}

/**
 * The chain in the bytes of an `.npz` file.
 *
 * @throws FileError naming file and key, as {@link chainFromTensors}
 *
 * @example
 * import { constantChain, decodeChain, encodeChain } from 'limn'
 *
 * const bytes = encodeChain(constantChain({ inputs: 3, classes: 2, hidden: [4] }, 0.5))
 * console.log(decodeChain(bytes, 'chain.npz').W[0].data[0]) // 0.5
 */
export function decodeChain(bytes: Uint8Array, file: string): GraphonChain {
  const { tensors, meta } = decodeNpzArchive(bytes, file)
  return chainFromTensors(tensors, file, meta)
}
