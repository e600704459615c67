import type { ResultStore } from './job.js'

/** Which of some results are there: by one look where the store can, else one after another. */
export async function presentIn(store: ResultStore, ids: Iterable<string>): Promise<ReadonlySet<string>> {
  if (store.list) return store.list()
  const there = new Set<string>()
  for (const id of ids) if (await store.has(id)) there.add(id)
  return there
}
