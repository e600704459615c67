import { extname } from 'node:path'
import { archiveFormat, unnamedKey } from '../../data/archives.js'
import { openTensors } from '../../data/open-tensors.js'
import type { ByteSource } from '../../data/byte-source.js'
import type { StoredTensors } from '../../data/tensor-file.js'
import type { Tensor } from '../../data/tensor.js'
import { fileSource } from './file-source.js'
import { isShardIndex } from './shards.js'
import { openTensorFile } from './tensor-file.js'

/** What limn knows files to be, by their contents. */
export const fileKinds = {
  network: 'a network',
  chain: 'a graphon chain',
  kernel: 'a kernel',
  samples: 'samples',
  array: 'an array',
  torch: 'a PyTorch file that is no state dict',
  hdf5: 'an HDF5 file',
  onnx: 'an ONNX file',
  text: 'a text',
} as const

export type FileKind = keyof typeof fileKinds

/** Formats that limn does not read, by extension. */
const byExtension: Readonly<Record<string, FileKind>> = {
  '.pkl': 'torch',
  '.h5': 'hdf5',
  '.hdf5': 'hdf5',
  '.keras': 'hdf5',
  '.onnx': 'onnx',
  '.csv': 'text',
  '.tsv': 'text',
  '.txt': 'text',
}

/** Enough to tell a format. */
const headBytes = 4

/** Whether an array may be a kernel: real and symmetric in its last two axes, and no mask of 0 and 1. */
function isKernel({ shape, data }: Tensor): boolean {
  const [n, cols] = shape.slice(-2)
  if (
    shape.length < 2 ||
    shape.length > 3 ||
    n !== cols ||
    !(data instanceof Float64Array || data instanceof Float32Array)
  ) {
    return false
  }
  const isSymmetric = data.every((value, k) => {
    const [block, i, j] = [k - (k % (n * n)), Math.floor(k / n) % n, k % n]
    return Math.abs(value - data[block + j * n + i]) <= 1e-6 * Math.abs(value)
  })
  return isSymmetric && data.some((value) => value !== 0 && value !== 1)
}

function kindOfTensors(tensors: StoredTensors): FileKind | undefined {
  const only = tensors.size === 1 ? tensors.get(unnamedKey) : undefined
  if (only) return isKernel(only.read()) ? 'kernel' : 'array'
  if (tensors.has('W0') || tensors.has('W1')) return 'chain'
  if (tensors.has('x')) return 'samples'
  return [...tensors.keys()].some((key) => /(^|\.)(weight|weight_orig|mask|weight_mask)$/.test(key))
    ? 'network'
    : undefined
}

/** What a PyTorch file holds, or that it is one which is not read. */
function kindOfTorch(source: ByteSource): FileKind | undefined {
  try {
    return kindOfTensors(openTensors(source, '').tensors)
  } catch {
    return 'torch'
  }
}

/**
 * What a file is, by its contents and, for formats that limn does not read, its extension; undefined when nobody can tell.
 *
 * @example
 * import { constantChain, encodeChain } from 'limn'
 * import { fileKind, writeAtomic } from 'limn/node'
 *
 * writeAtomic('chain.npz', encodeChain(constantChain({ inputs: 4, classes: 2, hidden: [3] }, 0.5)))
 * writeAtomic('notes.md', 'Three chains.')
 * console.log(fileKind('chain.npz'), fileKind('notes.md')) // chain undefined
 */
export function fileKind(file: string): FileKind | undefined {
  const foreign = byExtension[extname(file).toLowerCase()] as FileKind | undefined
  try {
    if (isShardIndex(file)) return kindOfTensors(openTensorFile(file).tensors)
    const source = fileSource(file)
    const start = source.read(0, Math.min(headBytes, source.size))
    if (start[0] === 0x89 && String.fromCharCode(...start.subarray(1, 4)) === 'HDF') return 'hdf5'
    if (foreign) return foreign
    const format = archiveFormat(source)
    if (format === '.pt') return kindOfTorch(source)
    // Without its extension, a file is read by its contents.
    return format && kindOfTensors(openTensors(source, '').tensors)
  } catch {
    return undefined
  }
}
