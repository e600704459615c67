import { stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Files whose metadata are asked for at once. */
const atOnce = 64

/**
 * How many milliseconds ago results were written, by id; none for those that have vanished since. Where the clock of the files' machine is
 * ahead, the newest of them was written now.
 */
export async function agesOf(directory: string, ids: Iterable<string>, now: number): Promise<Map<string, number>> {
  const all = [...ids]
  const ages = new Map<string, number>()
  for (let i = 0; i < all.length; i += atOnce) {
    const part = all.slice(i, i + atOnce)
    const found = await Promise.all(
      part.map((id) => stat(join(directory, 'runs', `${id}.parquet`)).catch(() => undefined)),
    )
    found.forEach((one, k) => one && ages.set(part[k], now - one.mtimeMs))
  }
  const least = [...ages.values()].reduce((a, b) => Math.min(a, b), 0)
  return new Map([...ages].map(([id, age]) => [id, age - least]))
}
