import { FileError } from './file-error.js'
import { decodeNpy } from './npy.js'
import { decodeNpzArchive } from './npz.js'
import type { JsonObject, JsonValue } from './npz-meta.js'
import { decodeSafetensors } from './safetensors.js'
import type { TensorArchive } from './safetensors.js'

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
  '.npz': (bytes, file) => {
    const { tensors, meta } = decodeNpzArchive(bytes, file)
    return { tensors, metadata: metadataOf(meta) }
  },
  '.npy': (bytes, file) => ({ tensors: new Map([[unnamedKey, decodeNpy(bytes, file)]]), metadata: {} }),
} as const satisfies Record<string, (bytes: Uint8Array, file: string) => TensorArchive>

export type ArchiveExtension = keyof typeof archiveReaders

/** The archive format that a file's name stands for, in lower or upper case; undefined when none does. */
export function archiveExtension(file: string): ArchiveExtension | undefined {
  const extensions = Object.keys(archiveReaders) as ArchiveExtension[]
  return extensions.find((extension) => file.toLowerCase().endsWith(extension))
}

/**
 * Reads the tensors of a `.safetensors`, `.npz` or `.npy` file.
 *
 * @param file the file's name, whose extension chooses the format
 * @throws FileError when the extension is none of these, or the contents are not what it says
 */
export function readTensors(bytes: Uint8Array, file: string): TensorArchive {
  const extension = archiveExtension(file)
  if (extension === undefined) {
    throw new FileError(file, `expected a name that ends in ${Object.keys(archiveReaders).join(', ')}`)
  }
  return archiveReaders[extension](bytes, file)
}
