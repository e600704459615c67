import { sourceOf, type ByteSource } from './byte-source.js'
import { FileError } from './file-error.js'
import { npyHeadBytes, readRawNpyHeader } from './npy-header.js'
import { storedNpy } from './npy.js'
import { npzFile, type SparseReader } from './npz-file.js'
import { encodeNpz } from './npz.js'
import { encodeSafetensors, safetensorsFile } from './safetensors.js'
import { readAll, type TensorFile } from './tensor-file.js'
import type { OnUnreadable, TensorArchive } from './tensor.js'
import { isPickled } from './torch/pickled.js'
import { unnamedKey } from './unnamed.js'

export type { TensorArchive } from './tensor.js'
export { unnamedKey } from './unnamed.js'

/** Lists the tensors of a file in one format. */
export type Lister = (source: ByteSource, file: string) => TensorFile

const npyFile: Lister = (source, file) => {
  const head = source.read(0, Math.min(source.size, npyHeadBytes))
  const tensor = storedNpy(head, source.size, () => source.read(0, source.size), file)
  const { comment } = readRawNpyHeader(head, file)
  return { tensors: new Map([[unnamedKey, tensor]]), metadata: {}, ...(comment !== undefined && { comment }) }
}

/** Extensions of files of named tensors, and the format that each stands for. */
const formats = {
  '.safetensors': '.safetensors',
  '.npz': '.npz',
  '.npy': '.npy',
  '.pt': '.pt',
  '.pth': '.pt',
  '.ckpt': '.pt',
  '.bin': '.pt',
} as const satisfies Record<string, ArchiveFormat>

export type ArchiveExtension = keyof typeof formats

/** Extensions of files of named tensors. */
export const archiveExtensions = Object.keys(formats) as readonly ArchiveExtension[]

/** Formats that named tensors with a description are written in, by file extension; every one reads back the same. */
export const archiveWriters = {
  '.safetensors': ({ tensors, metadata }) => encodeSafetensors(tensors, metadata),
  '.npz': ({ tensors, metadata }) => encodeNpz(tensors, Object.keys(metadata).length > 0 ? metadata : undefined),
} as const satisfies Partial<Record<ArchiveExtension, (archive: TensorArchive) => Uint8Array>>

/** The archive format that a file's name stands for, in lower or upper case; undefined when none does. */
export function archiveExtension(file: string): ArchiveExtension | undefined {
  return archiveExtensions.find((extension) => file.toLowerCase().endsWith(extension))
}

/** Formats that a file's first bytes tell apart. */
export type ArchiveFormat = '.safetensors' | '.npz' | '.npy' | '.pt'

const contents: Readonly<Record<ArchiveFormat, string>> = {
  '.safetensors': 'a safetensors file',
  '.npz': 'a ZIP archive',
  '.npy': 'a NumPy array',
  '.pt': 'a PyTorch file',
}

/** The archive format that a file is of by its contents; undefined when it is of none. */
export function archiveFormat(from: Uint8Array | ByteSource): ArchiveFormat | undefined {
  const source = 'read' in from ? from : sourceOf(from)
  const bytes = source.read(0, Math.min(source.size, 9))
  const starts = (...signature: readonly number[]): boolean => signature.every((byte, i) => bytes[i] === byte)
  if (starts(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return '.npy'
  if (starts(0x50, 0x4b, 3, 4) || starts(0x50, 0x4b, 5, 6)) return isPickled(source) ? '.pt' : '.npz'
  // The length of a safetensors header may begin with the same bytes as a pickle; a brace follows it.
  if (bytes.length === 9 && bytes[8] === 0x7b) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
    const header = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
    return header <= source.size - 8 ? '.safetensors' : undefined
  }
  return bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5 ? '.pt' : undefined
}

/** Readers of the formats that a page does without. */
export interface FurtherReaders {
  /** PyTorch's files. */
  readonly torch: Lister
  /** SciPy's sparse matrices. */
  readonly sparse: SparseReader
}

/**
 * Lists tensors by the readers of some formats.
 *
 * @throws FileError when the format is none of these, or the contents are not what the extension says
 */
export function openArchiveWith(
  { torch, sparse }: FurtherReaders,
  from: Uint8Array | ByteSource,
  file: string,
): TensorFile {
  const listers: Readonly<Record<ArchiveFormat, Lister>> = {
    '.safetensors': safetensorsFile,
    '.npz': (source, name) => npzFile(sparse, source, name),
    '.npy': npyFile,
    '.pt': torch,
  }
  const source = 'read' in from ? from : sourceOf(from)
  const [extension, found] = [archiveExtension(file), archiveFormat(source)]
  const named = extension && formats[extension]
  // An archive whose directory is damaged may be either; what its name says then says what is damaged.
  const isEither = named === '.pt' && found === '.npz'
  if (named && found && named !== found && !isEither) {
    throw new FileError(
      file,
      `expected ${contents[named]} as its name says, got ${contents[found]}; rename it to ${found}`,
    )
  }
  const format = named ?? (hasExtension(file) ? undefined : found)
  if (format === undefined) throw new FileError(file, `expected a name that ends in ${archiveExtensions.join(', ')}`)
  return listers[format](source, file)
}

const elsewhere =
  (what: string) =>
  (_: unknown, file: string): never => {
    throw new FileError(file, `expected a safetensors or NumPy file, got ${what}; openTensors of limn/node reads it`)
  }
const notHere: FurtherReaders = { torch: elsewhere('a PyTorch file'), sparse: elsewhere('a sparse matrix of SciPy') }

/**
 * Reads all tensors of a `.safetensors`, `.npz` or `.npy` file. PyTorch's files and SciPy's sparse matrices are
 * read by `openTensors` of `limn/node`.
 *
 * @param file the file's name, whose extension says the format; without an extension the first bytes do
 * @param onUnreadable told of tensors of a type without numbers, in archives of several; without it the first one throws
 * @throws FileError when the format is none of these, or the contents are not what the extension says
 *
 * @example
 * import { encodeNpy, readTensors } from 'limn'
 *
 * const bytes = encodeNpy({ shape: [2], data: Float64Array.of(1, 2) })
 * console.log([...readTensors(bytes, 'x.npy').tensors.values()].map(({ data }) => Array.from(data))) // [ [ 1, 2 ] ]
 */
export function readTensors(bytes: Uint8Array, file: string, onUnreadable?: OnUnreadable): TensorArchive {
  return readAll(openArchiveWith(notHere, bytes, file), onUnreadable)
}

const hasExtension = (file: string): boolean => /[^./\\][^/\\]*\.[^./\\]+$/.test(file)
