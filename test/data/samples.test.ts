import { describe, expect, it } from 'vitest'
import { npySamples, npzSamples } from '../../src/data/array-samples.js'
import { cifarSamples, idxSamples } from '../../src/data/image-samples.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { readOutcomes } from '../../src/data/outcomes.js'
import { firstRows } from '../../src/data/stored-samples.js'
import type { Tensor } from '../../src/data/tensor.js'
import { matrixOf } from '../../src/linalg/matrix.js'
import { expectFileError, idx } from './helpers.js'

const f64 = (shape: number[], ...values: number[]): Tensor => ({ shape, data: Float64Array.from(values) })

const npz = (arrays: Record<string, Tensor>) => npzSamples(encodeNpz(new Map(Object.entries(arrays))), 'd.npz')

const x = f64([3, 2], 1, 2, 3, 4, 5, 6)

describe('readOutcomes', () => {
  it.each([
    ['[N] of integers', { shape: [3], data: Int32Array.of(0, 2, 1) }],
    ['[N] of bytes', { shape: [3], data: Uint8Array.of(0, 2, 1) }],
    ['[N] of floats with integer values', f64([3], 0, 2, 1)],
  ])('reads %s as labels', (_, y) => {
    expect(readOutcomes(y, 3, 'y')).toEqual({ labels: Int32Array.of(0, 2, 1), classes: 3 })
  })

  it.each([
    ['bytes, as booleans are read', { shape: [3, 1], data: Uint8Array.of(0, 1, 1) }],
    ['counts', { shape: [3, 1], data: Int32Array.of(0, 70_000, 1) }],
    ['floats', f64([3, 1], 0, 0, 0)],
  ])('reads [N, 1] as targets, never as labels: %s', (_, y) => {
    const data = Float64Array.from(y.data)
    expect(readOutcomes(y, 3, 'y')).toEqual({ targets: { rows: 3, cols: 1, data } })
  })

  it('reads other numbers, and negative ones, as real targets [N, 1]', () => {
    expect(readOutcomes(f64([2], 0.5, 1), 2, 'y')).toEqual({ targets: matrixOf([[0.5], [1]]) })
    expect(readOutcomes(f64([2, 1], -1, 1), 2, 'y')).toEqual({ targets: matrixOf([[-1], [1]]) })
  })

  it('reads a matrix as targets, and as labels too exactly when every row is one-hot', () => {
    const rows = [
      [0, 0, 1],
      [1, 0, 0],
    ]
    expect(readOutcomes(f64([2, 3], ...rows.flat()), 2, 'y')).toEqual({
      targets: matrixOf(rows),
      labels: Int32Array.of(2, 0),
      classes: 3,
    })
    for (const last of [0, 2, 0.5]) {
      expect(readOutcomes(f64([2, 2], 0, 1, last, 0), 2, 'y')).not.toHaveProperty('labels')
    }
    expect(readOutcomes(f64([1, 2], 1, 1), 1, 'y')).not.toHaveProperty('labels')
  })

  it.each([
    ['another number of rows', f64([2], 0, 1), /expected shape \[3\], .* got \[2\]/],
    ['no columns', f64([3, 0]), /got \[3, 0\]/],
    ['three axes', f64([3, 1, 1], 0, 1, 2), /got \[3, 1, 1\]/],
    ['a scalar', f64([], 1), /got \[\]/],
    ['NaN', f64([3, 2], 0, 1, 2, NaN, 4, 5), /finite numbers, got NaN in row 1, column 1/],
    ['infinity', f64([3], 0, Infinity, 1), /finite numbers, got Infinity in row 1, column 0/],
    ['a label that would ask for a billion outputs', f64([3], 0, 1, 1e9), /below 65536, got 1000000000 in row 2/],
  ])('refuses %s', (_, y, problem) => {
    expectFileError(() => readOutcomes(y, 3, 'd.npz', 'y'), 'd.npz', problem, 'y')
  })
})

describe('samples of arrays', () => {
  it('flattens what follows the sample axis', () => {
    const stored = npySamples(encodeNpy(f64([2, 1, 2], 1, 2, 3, 4)), 'x.npy')
    expect(firstRows(stored, 'x.npy')).toEqual({
      name: 'x.npy',
      x: matrixOf([
        [1, 2],
        [3, 4],
      ]),
    })
  })

  it('uses the first rows as they are, with labels counted over the whole file', () => {
    const stored = npz({ x, y: f64([3], 0, 1, 4) })
    expect(firstRows(stored, 'd', { samples: 2 })).toEqual({
      name: 'd',
      x: matrixOf([
        [1, 2],
        [3, 4],
      ]),
      labels: Int32Array.of(0, 1),
      classes: 5,
    })
  })

  it('standardises by the rows used, and only when asked', () => {
    const stored = npz({ x: f64([3, 1], 0, 2, 1000) })
    expect(firstRows(stored, 'd', { samples: 2, standardize: true }).x).toEqual(matrixOf([[-1], [1]]))
    expect(firstRows(stored, 'd', { samples: 2 }).x).toEqual(matrixOf([[0], [2]]))
    expectFileError(() => firstRows(stored, 'd', { samples: 1, standardize: true }), 'd.npz', /not all equal/, 'x')
  })

  it('refuses NaN and infinity in the rows used, and names the place', () => {
    const stored = npz({ x: f64([2, 3], 1, 2, 3, 4, -Infinity, NaN) })
    expectFileError(() => firstRows(stored, 'd'), 'd.npz', /finite numbers, got -Infinity in row 1, column 1/, 'x')
    expect(firstRows(stored, 'd', { samples: 1 }).x).toEqual(matrixOf([[1, 2, 3]]))
  })

  it('refuses more samples than there are, and counts that are none', () => {
    expectFileError(() => firstRows(npz({ x }), 'd', { samples: 4 }), 'd.npz', /at least 4 samples .* got 3/, 'x')
    for (const samples of [0, -1, 1.5, NaN]) expect(() => firstRows(npz({ x }), 'd', { samples })).toThrow(RangeError)
  })

  it('refuses to do without labels where they are needed', () => {
    const needed = { needLabels: true }
    expectFileError(() => firstRows(npz({ x }), 'd', needed), 'd.npz', /class labels, .* got none/, 'y')
    const real = npz({ x, y: f64([3], 0.5, 1, 2) })
    expectFileError(() => firstRows(real, 'd', needed), 'd.npz', /class labels.*got targets of shape \[3, 1\]/, 'y')
  })

  it.each([
    ['one axis', f64([6], 1, 2, 3, 4, 5, 6)],
    ['no axis', f64([], 1)],
    ['no samples', f64([0, 3])],
    ['no inputs', f64([3, 0])],
  ])('refuses samples of %s', (_, tensor) => {
    expectFileError(() => npz({ x: tensor }), 'd.npz', /expected samples of shape \[N, d\]/, 'x')
    expectFileError(() => npySamples(encodeNpy(tensor), 'x.npy'), 'x.npy', /expected samples of shape \[N, d\]/)
  })

  it('refuses an archive without x, and ignores other arrays', () => {
    expectFileError(() => npz({ y: f64([1], 0) }), 'd.npz', /archive without it/, 'x')
    expect(npz({ x, names: f64([2], 1, 2) }).x).toEqual(x)
  })
})

describe('samples of images', () => {
  const images = { file: 'images', bytes: idx(0x08, [2, 1, 2], [0, 255, 3, 4]) }
  const labels = (shape: number[], values: number[], type: 0x08 | 0x09 = 0x08) => ({
    file: 'labels',
    bytes: idx(type, shape, values),
  })

  it('pairs IDX images with their labels', () => {
    expect(firstRows(idxSamples(images, labels([2], [1, 0])), 'folder')).toEqual({
      name: 'folder',
      x: matrixOf([
        [0, 255],
        [3, 4],
      ]),
      labels: Int32Array.of(1, 0),
      classes: 2,
    })
    expect(firstRows(idxSamples(images), 'folder')).not.toHaveProperty('labels')
  })

  it('refuses labels that do not belong to the images, and names their file', () => {
    expectFileError(() => idxSamples(images, labels([3], [1, 0, 0])), 'labels', /shape \[2\], .* got \[3\]/)
    expectFileError(() => idxSamples(images, labels([2, 1], [1, 0])), 'labels', /shape \[N\], got \[2, 1\]/)
    expectFileError(() => idxSamples(images, labels([2], [1, -1], 0x09)), 'labels', /non-negative integers/)
    expectFileError(() => idxSamples(labels([2], [1, 0])), 'labels', /expected samples of shape/)
  })

  it('puts batches one after the other', () => {
    const batch = (value: number) => ({
      images: { shape: [1, 3072], data: new Uint8Array(3072).fill(value) },
      labels: Int32Array.of(value),
    })
    const dataset = firstRows(cifarSamples([batch(3), batch(5)], 10, 'folder'), 'folder')
    expect([dataset.x.rows, dataset.x.cols, dataset.classes]).toEqual([2, 3072, 10])
    expect([dataset.x.data[3071], dataset.x.data[3072]]).toEqual([3, 5])
    expect(dataset.labels).toEqual(Int32Array.of(3, 5))
  })
})
