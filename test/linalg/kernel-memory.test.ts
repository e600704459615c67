import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { loadKernels, loadSharedKernels, withScratch, type Kernels } from '../../src/linalg/kernels.js'
import { matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'

const mebibyte = 2 ** 20

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** diag(1 … n). */
function diagonal(n: number): ReturnType<typeof matrix> {
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) a.data[i * n + i] = i + 1
  return a
}

const makers: readonly (readonly [string, (maximum: number) => Kernels])[] = [
  ['its own memory', (maximum) => loadKernels(undefined, maximum)],
  ['shared memory', (maximum) => loadSharedKernels(undefined, maximum).kernels],
]

describe.each(makers)('kernels with %s', (_, make) => {
  it('name what a computation needs, what there is, and what to do', () => {
    const kernels = make(8 * mebibyte)
    expect(() => withScratch(kernels, (scratch) => scratch.alloc(20 * mebibyte))).toThrow(
      /needs 21 MiB, this instance can hold at most 8 MiB; use fewer samples/,
    )
    expect(() => symmetricEigen(diagonal(1200), { vectors: false, kernels })).toThrow(/needs \d+ MiB.*at most 8 MiB/)
    const unlimited = make(2 ** 32)
    expect(() => withScratch(unlimited, (scratch) => scratch.alloc(2 ** 33))).toThrow(
      /needs 8193 MiB.*at most 4096 MiB/,
    )
  })

  it('compute on after they ran out, up to the last byte', () => {
    const kernels = make(8 * mebibyte)
    const { top } = kernels
    expect(() => withScratch(kernels, (scratch) => scratch.alloc(20 * mebibyte))).toThrow(RangeError)
    expect(kernels.top).toBe(top)
    expect(symmetricEigen(diagonal(3), { vectors: false, kernels }).values).toEqual(Float64Array.of(3, 2, 1))
    withScratch(kernels, (scratch) => {
      const free = 8 * mebibyte - Math.ceil(kernels.top / 64) * 64
      const at = scratch.alloc(free)
      scratch.u8(at, free).fill(1)
      expect(scratch.u8(at, free)[free - 1]).toBe(1)
      expect(() => scratch.alloc(1)).toThrow(/needs 9 MiB/)
    })
  })

  it('say so when the system gives no more', () => {
    const kernels = make(64 * mebibyte)
    const poor: Kernels = {
      ...kernels,
      memory: {
        buffer: kernels.memory.buffer,
        grow(): never {
          throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory')
        },
      },
    }
    expect(() => withScratch(poor, (scratch) => scratch.alloc(20 * mebibyte))).toThrow(
      /needs 21 MiB, the system does not let 1 MiB grow so far; use fewer samples/,
    )
  })

  it('keep neither memory nor heap after 1,000 calls', () => {
    const kernels = make(64 * mebibyte)
    const a = diagonal(5)
    const call = (): unknown => symmetricEigen(a, { kernels })
    for (let i = 0; i < 100; i++) call()
    collect()
    const before = [kernels.memory.buffer.byteLength, kernels.top, process.memoryUsage().heapUsed]
    for (let i = 0; i < 1000; i++) call()
    collect()
    const after = [kernels.memory.buffer.byteLength, kernels.top, process.memoryUsage().heapUsed]
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after[2] - before[2]).toBeLessThan(mebibyte)
  })

  it('refuse a maximum that no memory can have', () => {
    for (const maximum of [0, -1, NaN, 2 ** 33]) expect(() => make(maximum)).toThrow(/expected maximumMemory in \(0, /)
  })
})
