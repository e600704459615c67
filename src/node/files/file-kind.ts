import { extname } from 'node:path'
import { archiveFormat, readTensors, unnamedKey } from '../../data/archives.js'
import type { Tensor, TensorMap } from '../../data/tensor.js'
import { readZip } from '../../data/zip.js'
import { readBytes } from './files.js'
import { openFile } from './large-files.js'

/** What limn knows files to be, by their contents. */
export const fileKinds = {
  network: 'a network',
  chain: 'a graphon chain',
  kernel: 'a kernel',
  samples: 'samples',
  array: 'an array',
  torch: 'a PyTorch file',
  hdf5: 'an HDF5 file',
  onnx: 'an ONNX file',
  text: 'a text',
} as const

export type FileKind = keyof typeof fileKinds

/** Formats that limn does not read, by extension. */
const byExtension: Readonly<Record<string, FileKind>> = {
  '.pt': 'torch',
  '.pth': 'torch',
  '.ckpt': 'torch',
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
const headBytes = 4096

function head(file: string): Uint8Array {
  const opened = openFile(file)
  try {
    const bytes = new Uint8Array(Math.min(headBytes, opened.size))
    opened.read(bytes, 0)
    return bytes
  } finally {
    opened.close()
  }
}

const isPickled = (bytes: Uint8Array, file: string): boolean =>
  readZip(bytes, file).some(({ name }) => /(^|\/)data\.pkl$/.test(name))

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

function kindOfTensors(tensors: TensorMap): FileKind | undefined {
  const only = tensors.size === 1 ? tensors.get(unnamedKey) : undefined
  if (only) return isKernel(only) ? 'kernel' : 'array'
  if (tensors.has('W0') || tensors.has('W1')) return 'chain'
  if (tensors.has('x')) return 'samples'
  return [...tensors.keys()].some((key) => /(^|\.)(weight|weight_orig|mask|weight_mask)$/.test(key))
    ? 'network'
    : undefined
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
    const start = head(file)
    // The length of a safetensors header may begin with the same bytes as a pickle; a brace follows it.
    if (start[0] === 0x80 && start[1] >= 2 && start[1] <= 5 && start[8] !== 0x7b) return 'torch'
    if (start[0] === 0x89 && String.fromCharCode(...start.subarray(1, 4)) === 'HDF') return 'hdf5'
    if (foreign) return foreign
    const bytes = readBytes(file)
    const format = archiveFormat(bytes)
    if (format === undefined) return undefined
    if (format === '.npz' && isPickled(bytes, file)) return 'torch'
    // Without its extension, a file is read by its contents.
    return kindOfTensors(readTensors(bytes, '').tensors)
  } catch {
    return undefined
  }
}
