import { dirname, join } from 'node:path'
import { FileError } from '../../data/file-error.js'
import { longestIndex, readShardIndex } from '../../data/shard-index.js'
import type { StoredTensor, TensorFile } from '../../data/tensor-file.js'
import { fileSource } from './file-source.js'

/** Whether a file is an index of several by its name. */
export const isShardIndex = (path: string): boolean => path.toLowerCase().endsWith('.index.json')

function textOf(path: string): string {
  const source = fileSource(path)
  if (!(source.size <= longestIndex)) {
    throw new FileError(path, `expected an index of at most ${longestIndex} bytes, got ${source.size}`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, source.size))
  } catch (error) {
    if (error instanceof FileError) throw error
    throw new FileError(path, 'expected a UTF-8 text file, got other bytes')
  }
}

/**
 * The tensors of several files beside an index, as one file.
 *
 * @param open lists the tensors of one of them
 * @throws FileError when a file is missing, lacks a tensor that the index says it has, has one that it does not say, or
 *   contradicts another file's metadata
 */
export function openShards(path: string, open: (shard: string) => TensorFile): TensorFile {
  const tensors = new Map<string, StoredTensor>()
  const metadata = new Map<string, string>()
  for (const [name, keys] of readShardIndex(textOf(path), path)) {
    const shard = join(dirname(path), name)
    const file = open(shard)
    for (const key of keys) {
      const stored = file.tensors.get(key)
      if (!stored) throw new FileError(shard, `expected this tensor as ${path} says, got a file without it`, key)
      tensors.set(key, stored)
    }
    const stray = [...file.tensors.keys()].find((key) => !tensors.has(key))
    if (stray !== undefined) throw new FileError(shard, `expected a tensor that ${path} names, got another`, stray)
    for (const [key, text] of Object.entries(file.metadata)) {
      const before = metadata.get(key)
      if (before !== undefined && before !== text) {
        throw new FileError(
          shard,
          `expected ${JSON.stringify(before)} as in the files before it, got ${JSON.stringify(text)}`,
          `metadata ${key}`,
        )
      }
      metadata.set(key, text)
    }
  }
  return { tensors, metadata: Object.fromEntries(metadata) }
}
