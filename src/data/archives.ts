import { FileError } from './file-error.js'
import { decodeNpy } from './npy.js'
import { decodeNpzArchive, encodeNpz } from './npz.js'
import type { JsonObject, JsonValue } from './npz-meta.js'
import { decodeSafetensors, encodeSafetensors } from './safetensors.js'
import type { TensorArchive } from './safetensors.js'
import type { OnUnreadable } from './tensor.js'

export type { TensorArchive } from './safetensors.js'

/** Key of the only tensor of a `.npy` file, which has no name of its own. */
export const unnamedKey = ''

/** A JSON value as a text, as safetensors keeps its metadata: lists of numbers with commas between. */
function metadataText(value: JsonValue): string {
  if (typeof value === 'string') return value
  const plain = Array.isArray(value) && value.every((item) => typeof item !== 'object')
  return plain ? value.join(',') : JSON.stringify(value)
}

/** An archive's own description in the form that safetensors has for it. */
function metadataOf(meta: JsonObject = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(meta).map(([key, value]) => [key, metadataText(value)]))
}

/** Formats of named tensors, by file extension. */
export const archiveReaders = {
  '.safetensors': decodeSafetensors,
  '.npz': (bytes, file, onUnreadable) => {
    const { tensors, meta } = decodeNpzArchive(bytes, file, undefined, onUnreadable)
    return { tensors, metadata: metadataOf(meta) }
  },
  '.npy': (bytes, file) => ({ tensors: new Map([[unnamedKey, decodeNpy(bytes, file)]]), metadata: {} }),
} as const satisfies Record<string, (bytes: Uint8Array, file: string, onUnreadable?: OnUnreadable) => TensorArchive>

/** Formats that named tensors with a description are written in, by file extension; every one reads back the same. */
export const archiveWriters = {
  '.safetensors': ({ tensors, metadata }) => encodeSafetensors(tensors, metadata),
  '.npz': ({ tensors, metadata }) => encodeNpz(tensors, Object.keys(metadata).length > 0 ? metadata : undefined),
} as const satisfies Partial<Record<keyof typeof archiveReaders, (archive: TensorArchive) => Uint8Array>>

export type ArchiveExtension = keyof typeof archiveReaders

/** The archive format that a file's name stands for, in lower or upper case; undefined when none does. */
export function archiveExtension(file: string): ArchiveExtension | undefined {
  const extensions = Object.keys(archiveReaders) as ArchiveExtension[]
  return extensions.find((extension) => file.toLowerCase().endsWith(extension))
}

const contents: Readonly<Record<ArchiveExtension, string>> = {
  '.safetensors': 'a safetensors file',
  '.npz': 'a ZIP archive',
  '.npy': 'a NumPy array',
}

/** The archive format that the first bytes are of; undefined when they are of none. */
export function archiveFormat(bytes: Uint8Array): ArchiveExtension | undefined {
  const starts = (...signature: readonly number[]): boolean => signature.every((byte, i) => bytes[i] === byte)
  if (starts(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return '.npy'
  if (starts(0x50, 0x4b, 3, 4) || starts(0x50, 0x4b, 5, 6)) return '.npz'
  if (bytes.length < 9 || bytes[8] !== 0x7b) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  const header = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
  return header <= bytes.length - 8 ? '.safetensors' : undefined
}

/**
 * Reads the tensors of a `.safetensors`, `.npz` or `.npy` file.
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
  const [named, found] = [archiveExtension(file), archiveFormat(bytes)]
  if (named && found && named !== found) {
    throw new FileError(
      file,
      `expected ${contents[named]} as its name says, got ${contents[found]}; rename it to ${found}`,
    )
  }
  const format = named ?? (hasExtension(file) ? undefined : found)
  if (format === undefined) {
    throw new FileError(file, `expected a name that ends in ${Object.keys(archiveReaders).join(', ')}`)
  }
  return archiveReaders[format](bytes, file, onUnreadable)
}

const hasExtension = (file: string): boolean => /[^./\\][^/\\]*\.[^./\\]+$/.test(file)
