import { sourceOf, type ByteSource } from './byte-source.js'
import { FileError } from './file-error.js'
import { npyHeadBytes, readRawNpyHeader } from './npy-header.js'
import { storedNpy } from './npy.js'
import { npzFile } from './npz-file.js'
import { encodeNpz } from './npz.js'
import { encodeSafetensors, safetensorsFile } from './safetensors.js'
import { readAll, type TensorFile } from './tensor-file.js'
import type { OnUnreadable, TensorArchive } from './tensor.js'
import { isPickled } from './torch/pickled.js'
import { torchFile } from './torch/torch-file.js'
import { unnamedKey } from './unnamed.js'

export type { TensorArchive } from './tensor.js'
export { unnamedKey } from './unnamed.js'

/** Lists the tensors of a file in one format. */
type Lister = (source: ByteSource, file: string) => TensorFile

const npyFile: Lister = (source, file) => {
  const head = source.read(0, Math.min(source.size, npyHeadBytes))
  const tensor = storedNpy(head, source.size, () => source.read(0, source.size), file)
  const { comment } = readRawNpyHeader(head, file)
  return { tensors: new Map([[unnamedKey, tensor]]), metadata: {}, ...(comment !== undefined && { comment }) }
}

/** Formats of named tensors, by file extension. */
const listers = {
  '.safetensors': safetensorsFile,
  '.npz': npzFile,
  '.npy': npyFile,
  '.pt': torchFile,
  '.pth': torchFile,
  '.ckpt': torchFile,
  '.bin': torchFile,
} as const satisfies Record<string, Lister>

export type ArchiveExtension = keyof typeof listers

/** Extensions of files of named tensors. */
export const archiveExtensions = Object.keys(listers) as readonly ArchiveExtension[]

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
type Found = '.safetensors' | '.npz' | '.npy' | '.pt'

const contents: Readonly<Record<Found, string>> = {
  '.safetensors': 'a safetensors file',
  '.npz': 'a ZIP archive',
  '.npy': 'a NumPy array',
  '.pt': 'a PyTorch file',
}

/** The archive format that a file is of by its contents; undefined when it is of none. */
export function archiveFormat(from: Uint8Array | ByteSource): Found | undefined {
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

/**
 * Lists the tensors of a `.safetensors`, `.npz`, `.npy` or PyTorch file (`.pt`, `.pth`, `.ckpt`, `.bin`), none of which is
 * read before it is asked for. Of a PyTorch file no code is run: it has to be a state dict, and what else is in it is
 * refused by name.
 *
 * @param from the file's bytes, or a source of them
 * @param file the file's name, whose extension says the format; without an extension the contents do
 * @throws FileError when the format is none of these, or the contents are not what the extension says
 *
 * @example
 * import { encodeNpz, openTensors } from 'limn'
 *
 * const bytes = encodeNpz(new Map([['fc.weight', { shape: [1, 2], data: Float32Array.of(1, 2) }]]))
 * const { tensors } = openTensors(bytes, 'net.npz')
 * console.log(Array.from(tensors, ([key, { type, shape }]) => [key, type, shape])) // [ [ 'fc.weight', '<f4', [ 1, 2 ] ] ]
 * console.log(tensors.get('fc.weight')?.read().data) // Float32Array(2) [ 1, 2 ]
 */
export function openTensors(from: Uint8Array | ByteSource, file: string): TensorFile {
  const source = 'read' in from ? from : sourceOf(from)
  const [named, found] = [archiveExtension(file), archiveFormat(source)]
  // An archive whose directory is damaged may be either; what its name says then says what is damaged.
  const isEither = named && found === '.npz' && listers[named] === torchFile
  if (named && found && listers[named] !== listers[found] && !isEither) {
    const expected = listers[named] === torchFile ? contents['.pt'] : contents[named as Found]
    throw new FileError(file, `expected ${expected} as its name says, got ${contents[found]}; rename it to ${found}`)
  }
  const format = named ?? (hasExtension(file) ? undefined : found)
  if (format === undefined) throw new FileError(file, `expected a name that ends in ${archiveExtensions.join(', ')}`)
  return listers[format](source, file)
}

/**
 * Reads all tensors of a `.safetensors`, `.npz`, `.npy` or PyTorch file.
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
  return readAll(openTensors(bytes, file), onUnreadable)
}

const hasExtension = (file: string): boolean => /[^./\\][^/\\]*\.[^./\\]+$/.test(file)
