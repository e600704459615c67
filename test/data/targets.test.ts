import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../src/data/dataset.js'
import { readOutcomes } from '../../src/data/outcomes.js'
import { classTargetsFor, targetsFor } from '../../src/data/targets.js'
import type { TensorData } from '../../src/data/tensor.js'
import { matrix, matrixOf } from '../../src/linalg/matrix.js'
import { expectFileError } from './helpers.js'

/** A dataset whose y is an array of this shape and type. */
function dataset(shape: readonly number[], data: TensorData): Dataset {
  return { name: 'd.npz', x: matrix(shape[0], 2), ...readOutcomes({ shape, data }, shape[0], 'd.npz', 'y') }
}

const types = [Uint8Array, Int8Array, Int32Array, Float32Array, Float64Array] as const

describe('targets of a network', () => {
  it.each(types)('are a column of 0 and 1 as it is, all zeros too, in a %o', (type) => {
    for (const values of [
      [0, 1, 1],
      [0, 0, 0],
    ]) {
      const { targets, labels, reading } = targetsFor(dataset([3, 1], type.from(values)), 1)
      expect([...targets.data]).toEqual(values)
      expect(labels).toBeUndefined()
      expect(reading).toBe('targets [3, 1]')
    }
  })

  it('are counts beyond any number of classes', () => {
    expect([...targetsFor(dataset([2, 1], Int32Array.of(3, 250_000)), 1).targets.data]).toEqual([3, 250_000])
  })

  it('are numbers for one output and one-hot rows for several, from the same integers [N]', () => {
    const data = dataset([3], Int32Array.of(0, 2, 1))
    expect([...targetsFor(data, 1).targets.data]).toEqual([0, 2, 1])
    expect(targetsFor(data, 1).labels).toBeUndefined()
    const several = targetsFor(data, 3)
    expect(several.targets).toEqual(
      matrixOf([
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
      ]),
    )
    expect(several.reading).toBe('labels of 3 classes')
    expect(targetsFor(data, 4).reading).toBe('labels, of 4 classes 3 occur')
  })

  it('keep labels beside them where rows are one-hot', () => {
    const aim = targetsFor(dataset([2, 3], Uint8Array.of(0, 0, 1, 1, 0, 0)), 3)
    expect([...aim.labels!]).toEqual([2, 0])
    expect(aim.reading).toMatch(/^targets \[2, 3\], one-hot/)
  })

  it.each([
    ['fewer targets than outputs', dataset([2, 1], Uint8Array.of(0, 1)), 3, /expected 3 targets .* 3 outputs, got 1/],
    ['more', dataset([1, 2], Uint8Array.of(0, 1)), 1, /expected 1 target .* 1 output, got 2/],
    ['a label beyond the outputs', dataset([2], Uint8Array.of(0, 5)), 3, /labels below 3, .* got 5/],
    ['no y', { name: 'd.npz', x: matrix(2, 2) }, 3, /has no y/],
  ] as const)('refuse %s', (_, data: Dataset, outputs, problem) => {
    const takes = outputs > 1 && data.labels ? [targetsFor, classTargetsFor] : [targetsFor]
    for (const take of takes) expect(() => take(data, outputs)).toThrow(problem)
  })
})

describe('class indicators', () => {
  it('come from labels and from one-hot rows, with the same numbers', () => {
    const labels = classTargetsFor(dataset([2], Uint8Array.of(1, 0)), 2)
    const rows = classTargetsFor(dataset([2, 2], Float64Array.of(0, 1, 1, 0)), 2)
    expect([...rows.targets.data]).toEqual([...labels.targets.data])
    expect(rows.labels).toEqual(labels.labels)
  })

  it('do not come from other targets, nor for a network of one output', () => {
    const counts = dataset([2, 1], Int32Array.of(0, 1))
    expectFileError(() => classTargetsFor(counts, 2), 'd.npz', /class labels.*got targets of shape \[2, 1\]/, 'y')
    expect(() => classTargetsFor(dataset([2], Uint8Array.of(0, 0)), 1)).toThrow(/one output, whose cross-entropy/)
  })
})
