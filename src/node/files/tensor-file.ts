import { statSync } from 'node:fs'
import { openTensors } from '../../data/open-tensors.js'
import { sourceOf, type ByteSource } from '../../data/byte-source.js'
import type { TensorFile } from '../../data/tensor-file.js'
import { fileSource } from './file-source.js'
import { readBytes } from './files.js'
import { requireFreeMemory } from './memory.js'
import { onDisk } from './on-disk.js'
import { isShardIndex, openShards } from './shards.js'
import { standardStream } from './standard-streams.js'

/** The bytes of a path: of a file those that are asked for, of anything else all of them. */
export function bytesAt(path: string): ByteSource {
  const isFile = path !== standardStream && onDisk(path, () => statSync(path).isFile())
  return isFile ? fileSource(path) : sourceOf(readBytes(path))
}

/** The same tensors, read only where memory suffices. */
function checked({ tensors, ...rest }: TensorFile, path: string): TensorFile {
  const withCheck = Array.from(tensors, ([key, stored]) => {
    const read = () => {
      requireFreeMemory(stored.memory, `${path}: ${key}`, 'use a smaller file')
      return stored.read()
    }
    return [key, { ...stored, read }] as const
  })
  return { ...rest, tensors: new Map(withCheck) }
}

/**
 * Lists the tensors of a `.safetensors`, `.npz`, `.npy` or PyTorch file (`.pt`, `.pth`, `.ckpt`, `.bin`), or of an index of
 * several (`model.safetensors.index.json`). Each is read from the disk when it is asked for, and no other: a file may be larger
 * than memory.
 *
 * @param path `-` for standard input
 * @throws FileError when it is missing, of another format, or damaged; RangeError on reading where memory does not suffice
 *
 * @example
 * import { encodeNpz } from 'limn'
 * import { openTensorFile, writeAtomic } from 'limn/node'
 *
 * const bytes = encodeNpz(new Map([['fc.weight', { shape: [1, 2], data: Float32Array.of(1, 2) }]]))
 * writeAtomic('net.npz', bytes)
 * const { tensors } = openTensorFile('net.npz')
 * console.log([...tensors.keys()], tensors.get('fc.weight')?.read().data) // [ 'fc.weight' ] Float32Array(2) [ 1, 2 ]
 */
export function openTensorFile(path: string): TensorFile {
  const file = isShardIndex(path)
    ? openShards(path, (shard) => openTensors(bytesAt(shard), shard))
    : openTensors(bytesAt(path), path)
  return checked(file, path)
}
