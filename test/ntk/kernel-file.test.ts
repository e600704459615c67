import { describe, expect, it } from 'vitest'
import { FileError } from '../../src/data/file-error.js'
import { classDistances, classMean, classesCoincide, kernelDistance, sharedKernel } from '../../src/ntk/agreement.js'
import { filedKernel, kernelFromTensor, kernelToTensor } from '../../src/ntk/kernel-file.js'
import type { Kernel } from '../../src/ntk/kernel.js'

const kernel = (classes: number, ...data: number[]): Kernel => {
  const n = Math.sqrt(data.length / classes)
  return { classes, n, data: Float64Array.from(data) }
}
const twoClasses = kernel(2, 4, 1, 1, 3, 8, 0, 0, 6)

describe('kernel tensors', () => {
  it('come back as they were, [C, N, N] or [N, N]', () => {
    expect(kernelToTensor(twoClasses).shape).toEqual([2, 2, 2])
    expect(kernelFromTensor(kernelToTensor(twoClasses), 'k.npy')).toEqual(twoClasses)
    const one = kernel(1, 4, 1, 1, 3)
    expect(kernelToTensor(one)).toEqual({ shape: [2, 2], data: one.data })
    expect(kernelFromTensor(kernelToTensor(one), 'k.npy')).toEqual(one)
  })

  it('hold one matrix when all classes coincide up to rounding, and only then', () => {
    expect(kernelToTensor(kernel(2, 4, 1, 1, 3, 4 + 1e-12, 1, 1, 3)).shape).toEqual([2, 2])
    expect(kernelToTensor(kernel(2, 4, 1, 1, 3, 4 + 1e-11, 1, 1, 3)).shape).toEqual([2, 2, 2])
  })

  it.each([
    [[2, 3], [1, 0, 0, 0, 1, 0], /expected shape \[N, N\] or \[C, N, N\], got \[2, 3\]/],
    [[4], [1, 2, 3, 4], /got \[4\]/],
    [[0, 0], [], /got \[0, 0\]/],
    [[2, 2], [1, 0, NaN, 1], /k\.npy: kernel: expected finite entries, got NaN at \[1, 0\]/],
    [[2, 2], [1, 0.5, 0.4, 1], /symmetric matrix, got 0\.5 at \[0, 1\] and 0\.4 at \[1, 0\]/],
    [[2, 1, 1], [1, Infinity], /got Infinity at \[1, 0, 0\]/],
  ])('of shape %s are refused with the place of what is wrong', (shape, data, message) => {
    const read = () => kernelFromTensor({ shape, data: Float64Array.from(data) }, 'k.npy')
    expect(read).toThrow(FileError)
    expect(read).toThrow(message)
  })
})

describe('a kernel that is a few units in the last place from symmetric', () => {
  const ulp = { f64: 2 ** -52, f32: 2 ** -23, f16: 2 ** -10 }
  const tensor = (type: keyof typeof ulp, apart: number) => {
    const values = [1, 0.5 + apart, 0.5, 1]
    return {
      shape: [2, 2],
      data: type === 'f64' ? Float64Array.from(values) : Float32Array.from(values),
      ...(type === 'f16' && { stored: 'f16' as const }),
    }
  }

  it.each(['f32', 'f16'] as const)('of %s is symmetrised, to eight of them and no further', (type) => {
    for (const count of [1, 7, 8]) {
      const { kernel: read, precision } = filedKernel(tensor(type, count * ulp[type]), 'k.npy')
      const mean = 0.5 + (count * ulp[type]) / 2
      expect([...read.data]).toEqual([1, mean, mean, 1])
      expect(precision[0].asymmetry).toBe(count * ulp[type])
    }
    expect(() => filedKernel(tensor(type, 9 * ulp[type]), 'k.npy')).toThrow(/symmetric matrix, got 0\.50/)
    // A few units of the largest entry, however small the two that differ are.
    expect(kernelFromTensor({ shape: [2, 2], data: Float32Array.of(1, 1e-7, 2e-7, 1) }, 'k.npy').n).toBe(2)
  })

  it('of float64 may be 1e-8 of its largest entry, and is left as it is', () => {
    const near = tensor('f64', 0.99e-8)
    expect(kernelFromTensor(near, 'k.npy').data).toBe(near.data)
    expect(() => kernelFromTensor(tensor('f64', 1.01e-8), 'k.npy')).toThrow(/symmetric/)
    // As integers are exact, so is their symmetry.
    expect(() => kernelFromTensor({ shape: [2, 2], data: Int32Array.of(9, 1, 2, 9) }, 'k.npy')).toThrow(/symmetric/)
  })
})

describe('agreement of kernels', () => {
  it('is the relative Frobenius distance', () => {
    const other = kernel(2, 4, 1, 1, 3, 4, 0, 0, 3)
    expect(classDistances(other, twoClasses)).toEqual(Float64Array.of(0, 0.5))
    expect(kernelDistance(other, twoClasses)).toBeCloseTo(Math.sqrt(25 / 127), 15)
    expect(kernelDistance(twoClasses, twoClasses)).toBe(0)
    expect(kernelDistance(kernel(1, 1), kernel(1, 0))).toBe(Infinity)
    expect(kernelDistance(kernel(1, 0), kernel(1, 0))).toBe(0)
  })

  it('compares one kernel for all classes with each of them', () => {
    const shared = kernel(1, 4, 1, 1, 3)
    expect(classDistances(shared, twoClasses)[0]).toBe(0)
    expect(() => kernelDistance(shared, kernel(1, 1))).toThrow(/same samples/)
    expect(() => kernelDistance(kernel(3, 1, 1, 1), kernel(2, 1, 1))).toThrow(/classes/)
  })

  it('averages and shares classes', () => {
    expect(classMean(twoClasses)).toEqual(kernel(1, 6, 0.5, 0.5, 4.5))
    expect(classesCoincide(twoClasses)).toBe(false)
    expect(sharedKernel(kernel(2, 5, 5)).classes).toBe(1)
    expect(sharedKernel(twoClasses)).toBe(twoClasses)
  })
})
