import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** The end of a simulated process. */
class Death extends Error {}

const operations = [
  'writeSync',
  'fsyncSync',
  'fdatasyncSync',
  'ftruncateSync',
  'openSync',
  'mkdirSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'chmodSync',
] as const

interface Written {
  readonly descriptor: number
  readonly at: number
  readonly before: Buffer
}

/**
 * Runs `body` as a process that dies at its k-th operation on files, half way through it where it writes; from then on no
 * operation has any effect. With it goes the power: what was written to a place in a file and not flushed is lost.
 *
 * @returns whether it died; what `body` throws otherwise is passed on
 */
export function dieAt(k: number, body: () => void): boolean {
  const real = { ...fs }
  let left = k
  let unflushed: Written[] = []
  const die = (): never => {
    for (const { descriptor, at, before } of unflushed.reverse())
      real.writeSync(descriptor, before, 0, before.length, at)
    unflushed = []
    throw new Death()
  }
  const guarded = (name: (typeof operations)[number]) => {
    const operation = real[name] as (...args: unknown[]) => unknown
    return (...args: unknown[]): unknown => {
      left--
      const [descriptor, bytes, offset, length, at] = args as [number, Uint8Array, number, number, number]
      if (name === 'writeSync' && left >= 0 && typeof at === 'number') {
        const before = Buffer.alloc(length)
        real.readSync(descriptor, before, 0, length, at)
        unflushed.push({ descriptor, at, before })
      }
      if (left === 0 && name === 'writeSync') {
        if (typeof at === 'number') real.writeSync(descriptor, bytes, offset, Math.floor(length / 2), at)
        else real.writeSync(descriptor, bytes.slice(0, Math.floor(bytes.length / 2)))
      }
      if (left <= 0) die()
      if (name !== 'fsyncSync' && name !== 'fdatasyncSync') return operation(...args)
      unflushed = unflushed.filter((written) => written.descriptor !== descriptor)
      return undefined
    }
  }
  for (const name of operations) Object.assign(fs, { [name]: guarded(name) })
  syncBuiltinESMExports()
  try {
    body()
    // What fails when it tidies up may go unnoticed.
    return left <= 0
  } catch (error) {
    if (error instanceof Death) return true
    throw error
  } finally {
    for (const name of operations) Object.assign(fs, { [name]: real[name] })
    syncBuiltinESMExports()
  }
}
