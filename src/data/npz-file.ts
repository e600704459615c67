import type { ByteSource } from './byte-source.js'
import { FileError } from './file-error.js'
import { npyHeadBytes } from './npy-header.js'
import { storedNpy } from './npy.js'
import type { JsonObject, JsonValue } from './npz-meta.js'
import { npzMembers } from './npz.js'
import { notReadable, type StoredTensor, type TensorFile } from './tensor-file.js'
import { unnamedKey } from './unnamed.js'
import type { ZipEntry } from './zip.js'

/** Reads the arrays of an archive as one sparse matrix. */
export type SparseReader = (arrays: ReadonlyMap<string, ZipEntry>, file: string) => StoredTensor

/** Whether the arrays of an archive are a matrix that `scipy.sparse.save_npz` has written. */
const isSparse = (arrays: ReadonlyMap<string, ZipEntry>): boolean =>
  ['format', 'shape', 'data'].every((key) => arrays.has(key))

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

/** What is no array of numbers spoils the archive for those alone who need it. */
function storedArray({ size, unpackStart, unpack }: ZipEntry, file: string, key: string): StoredTensor {
  try {
    return storedNpy(unpackStart(npyHeadBytes, false), size, unpack, file, key)
  } catch (error) {
    if (error instanceof FileError) return notReadable(error)
    throw error
  }
}

/**
 * Lists a NumPy archive, of whose arrays the headers alone are unpacked. The archive of a matrix that
 * `scipy.sparse.save_npz` has written holds one tensor, the matrix, which `sparse` reads.
 *
 * @throws FileError when the archive is damaged, a name is no array's, or `meta` is no JSON object
 */
export function npzFile(sparse: SparseReader, source: ByteSource, file: string): TensorFile {
  const { arrays, meta } = npzMembers(source, file)
  if (isSparse(arrays)) return { tensors: new Map([[unnamedKey, sparse(arrays, file)]]), metadata: {} }
  const tensors = new Map(Array.from(arrays, ([key, entry]) => [key, storedArray(entry, file, key)]))
  return { tensors, metadata: metadataOf(meta) }
}
