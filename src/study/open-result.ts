import { toFloat64 } from '../data/tensor.js'
import type { OpenResult, ResultStore } from './job.js'

/** A result whose arrays are read piece by piece where the store can do that, and held where it cannot. */
export async function openResult(store: ResultStore, id: string): Promise<OpenResult> {
  if (store.open) return store.open(id)
  const { rows, arrays } = await store.read(id)
  const held = Array.from(arrays, ([name, tensor]) => {
    const data = toFloat64(tensor)
    const read = (into: Float64Array, from: number): void => into.set(data.subarray(from, from + into.length))
    return [name, { shape: tensor.shape, read }] as const
  })
  return { rows, arrays: new Map(held), close: () => undefined }
}
