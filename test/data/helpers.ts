import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect } from 'vitest'
import { FileError } from '../../src/data/file-error.js'
import { tensorTypes } from '../../src/data/tensor.js'
import type { Tensor, TensorType } from '../../src/data/tensor.js'

/** Bytes of a file that another program wrote (test/oracle/make-data-fixtures.py). */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)))
}

/** Asserts that `read` fails with one line that names the file and the key, and says `problem`. */
export function expectFileError(read: () => unknown, file: string, problem: RegExp, key?: string): void {
  let error: unknown
  try {
    read()
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(FileError)
  if (!(error instanceof FileError)) return
  expect(error.message).not.toMatch(/[\n\r]/)
  expect(error.message).toMatch(problem)
  expect(error.message.startsWith(`${file}: ${key === undefined ? '' : `${key}: `}`)).toBe(true)
  expect(error.file).toBe(file)
  expect(error.key).toBe(key)
}

/** Any small tensor of any type, empty ones and scalars too. */
export const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(tensorTypes) as TensorType[])),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    fc.infiniteStream(fc.double()),
  )
  .map(([type, shape, values]) => {
    const count = shape.reduce((product, dimension) => product * dimension, 1)
    return { shape, data: tensorTypes[type].from(values.take(count)) }
  })

/** Named tensors with keys that try JSON and ZIP: empty, numeric, quoted, accented, inherited. */
export const anyTensors: fc.Arbitrary<Map<string, Tensor>> = fc
  .uniqueArray(
    fc.tuple(
      fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('0', '10', '2', '__proto__', 'constructor', 'é"\\\n')),
      anyTensor,
    ),
    { selector: ([key]) => key, maxLength: 4 },
  )
  .map((entries) => new Map(entries))

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** Writes IDX through DataView, the reader's independent counterpart. */
export const idxWriters = {
  0x08: [1, (view: DataView, at: number, value: number) => view.setUint8(at, value)],
  0x09: [1, (view: DataView, at: number, value: number) => view.setInt8(at, value)],
  0x0b: [2, (view: DataView, at: number, value: number) => view.setInt16(at, value)],
  0x0c: [4, (view: DataView, at: number, value: number) => view.setInt32(at, value)],
  0x0d: [4, (view: DataView, at: number, value: number) => view.setFloat32(at, value)],
  0x0e: [8, (view: DataView, at: number, value: number) => view.setFloat64(at, value)],
} as const

export type IdxType = keyof typeof idxWriters

export function idx(type: IdxType, shape: readonly number[], values: readonly number[]): Uint8Array {
  const [size, write] = idxWriters[type]
  const bytes = new Uint8Array(4 + 4 * shape.length + size * values.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 0, type, shape.length])
  shape.forEach((dimension, axis) => view.setUint32(4 + 4 * axis, dimension))
  values.forEach((value, i) => write(view, 4 + 4 * shape.length + size * i, value))
  return bytes
}
