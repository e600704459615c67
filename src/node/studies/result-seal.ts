import { createHash } from 'node:crypto'
import type { Damage } from '../../study/job.js'
import { resultVersion } from '../../study/plan.js'
import { version } from '../../version.js'

/**
 * What a result's table says of itself, in the file's metadata under `limn`: a JSON text that begins with a SHA-256 of the
 * whole file, in which the digits of the checksum itself count as zeros. It is found and checked without decoding anything.
 */
interface Seal {
  readonly 'limn-result': string
  readonly job: string
  readonly version: number
  readonly limn: string
  /** SHA-256 of the file with the arrays. */
  readonly arrays: string
}

/** The key in the Parquet file's metadata. */
export const sealKey = 'limn'

const opening = '{"limn-result":"'
const noSum = '0'.repeat(64)

const sumOf = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

const textOf = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', from, to)

/** Where the checksum's digits begin; −1 where there are none. The metadata are at the end of the file. */
function sumPlace(table: Uint8Array): number {
  const at = Buffer.from(table.buffer, table.byteOffset, table.length).lastIndexOf(opening, undefined, 'latin1')
  return at < 0 ? -1 : at + opening.length
}

const tableSum = (table: Uint8Array, place: number): string =>
  sumOf(table.subarray(0, place), Buffer.from(noSum), table.subarray(place + noSum.length))

/** The metadata of a table whose checksum {@link seal} is to fill in. */
export function openSeal(job: string, arrays: Uint8Array): string {
  const empty: Seal = { 'limn-result': noSum, job, version: resultVersion, limn: version, arrays: sumOf(arrays) }
  return JSON.stringify(empty)
}

/** Puts the checksum into a table that was written with {@link openSeal}'s metadata. */
export function seal(table: Uint8Array): Uint8Array {
  const place = sumPlace(table)
  table.set(Buffer.from(tableSum(table, place)), place)
  return table
}

/** The seal at the beginning of a text. */
function parseSeal(text: string): Seal | undefined {
  try {
    return JSON.parse(text.slice(0, text.indexOf('}') + 1)) as Seal
  } catch {
    return undefined
  }
}

/**
 * Why a pair of files is not the result of a job: the bytes of either are not those that were written, or it is another
 * job's, or one of a limn whose results mean something else. Nothing is decoded. Undefined for a result that can be believed.
 */
export function brokenSeal(
  id: string,
  table: { readonly file: string; readonly bytes: Uint8Array },
  arrays: { readonly file: string; readonly bytes: Uint8Array },
): Damage | undefined {
  const place = sumPlace(table.bytes)
  if (place < 0) return { file: table.file, problem: 'has no checksum: it is damaged, or of an older limn' }
  if (textOf(table.bytes, place, place + noSum.length) !== tableSum(table.bytes, place)) {
    return { file: table.file, problem: 'is damaged: its bytes do not have its checksum' }
  }
  const said = parseSeal(textOf(table.bytes, place - opening.length, table.bytes.length))
  if (!said) return { file: table.file, problem: 'is damaged: its metadata are not those of a result' }
  if (said.job !== id) return { file: table.file, problem: `is the result of another job, ${said.job}` }
  if (said.version !== resultVersion) {
    return { file: table.file, problem: `expected a result of version ${resultVersion}, got version ${said.version}` }
  }
  if (said.arrays !== sumOf(arrays.bytes)) {
    return { file: arrays.file, problem: 'is damaged, or belongs to another table: its bytes do not have its checksum' }
  }
  return undefined
}
