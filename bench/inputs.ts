import { join } from 'node:path'
import { decodeNpy, encodeNpy } from '../src/data/npy.js'
import type { Tensor } from '../src/data/tensor.js'
import { toFloat64 } from '../src/data/tensor.js'
import { matrix, type Matrix } from '../src/linalg/matrix.js'
import { pathKind, readBytes, writeAtomic } from '../src/node/files/files.js'

// Inputs of a case are .npy files in one folder; lists are key0, key1, …

export function writeInput(folder: string, key: string, tensor: Tensor): void {
  writeAtomic(join(folder, `${key}.npy`), encodeNpy(tensor))
}

export function writeMatrix(folder: string, key: string, { rows, cols, data }: Matrix): void {
  writeInput(folder, key, { shape: [rows, cols], data })
}

export function readInput(folder: string, key: string): Tensor {
  const file = join(folder, `${key}.npy`)
  return decodeNpy(readBytes(file), file)
}

export function readMatrix(folder: string, key: string): Matrix {
  const tensor = readInput(folder, key)
  return matrix(tensor.shape[0], tensor.shape[1], toFloat64(tensor))
}

/** All inputs key0, key1, … */
export function readList(folder: string, key: string): Tensor[] {
  const list: Tensor[] = []
  while (pathKind(join(folder, `${key}${list.length}.npy`)) === 'file')
    list.push(readInput(folder, `${key}${list.length}`))
  return list
}
