import { describe, expect, it } from 'vitest'
import { torchTypes } from '../../../src/data/torch/element-types.js'
import { PickleError } from '../../../src/data/torch/pickle-cursor.js'
import type { Dictionary, PyTensor, PyValue } from '../../../src/data/torch/pickle-values.js'
import { findStateDict } from '../../../src/data/torch/state-dict.js'
import { extentOf, gather } from '../../../src/data/torch/strided.js'
import { sourceOf } from '../../../src/data/byte-source.js'

const type = torchTypes.get('uint8')!
const storage = { kind: 'storage', key: '0', elements: type, count: 24 } as const
const view = (shape: readonly number[], strides: readonly number[], offset = 0): PyTensor => ({
  kind: 'tensor',
  storage,
  type,
  offset,
  shape,
  strides,
  lazy: false,
})
const tensor = view([2], [1])
const dict = (...entries: readonly (readonly [PyValue, PyValue])[]): Dictionary => ({
  kind: 'dict',
  entries: new Map(entries),
})
const list = (...items: PyValue[]): PyValue => ({ kind: 'list', items })

/** Names of the tensors, and how many are elsewhere; or what could each be the state dict. */
function found(root: PyValue): unknown {
  const state = findStateDict(root)
  if (!state || 'candidates' in state) return state?.candidates
  return [...state.tensors.keys(), ...state.apart.map(({ name, tensors }) => `${name}: ${tensors}`)]
}

describe('the state dict of a checkpoint', () => {
  const net = dict(['fc.weight', tensor], ['fc.bias', tensor])
  const other = dict(['a', tensor])

  it.each([
    ['is the whole', net, ['fc.weight', 'fc.bias']],
    [
      'is an entry of a usual name, whatever else there is',
      dict(['a', other], ['model', net]),
      ['fc.weight', 'fc.bias', 'a: 1'],
    ],
    ['is the only entry that holds tensors', dict(['net', net], ['epoch', 3]), ['fc.weight', 'fc.bias']],
    ['is found within an entry', dict(['model', dict(['state_dict', net])]), ['fc.weight', 'fc.bias']],
    ['is not among several entries', dict(['a', net], ['b', other]), ['a', 'b']],
    ['is not among two of usual names', dict(['model', net], ['state_dict', other]), ['state_dict', 'model']],
    ['is one where two names have the same', dict(['model', net], ['state_dict', net]), ['fc.weight', 'fc.bias']],
    ['is not among entries further down', dict(['model', dict(['a', net], ['b', other])]), ['model.a', 'model.b']],
    [
      'has tensors beside it that are counted',
      dict(['x', tensor], ['lists', list(tensor, list(tensor))]),
      ['x', 'lists: 2'],
    ],
    ['is without the names of wrappers', dict(['module._orig_mod.a', tensor]), ['a']],
    ['keeps a name that not all tensors have', dict(['module.a', tensor], ['b', tensor]), ['module.a', 'b']],
    ['may be a list', list(tensor, tensor), ['0', '1']],
    ['is not a list of other things', list(tensor, 3), undefined],
    ['is not a number', 3, undefined],
    ['is not an empty dictionary', dict(), undefined],
  ])('%s', (_, root, names) => {
    expect(found(root)).toEqual(names)
  })

  it('is found where dictionaries hold each other in circles, or in more ways than can be walked', () => {
    const circle = dict(['net', net])
    circle.entries.set('self', circle)
    expect(found(circle)).toEqual(['net', 'self'])
    let wide = dict()
    for (let level = 0; level < 4; level++) {
      const inner = wide
      wide = dict(...Array.from({ length: 1000 }, (_, k) => [`k${k}`, inner] as const))
    }
    expect(found(wide)).toBeUndefined()
    let deep: PyValue = list(tensor)
    for (let level = 0; level < 100_000; level++) deep = list(deep)
    expect(found(dict(['x', tensor], ['deep', deep]))).toEqual(['x', 'deep: 1'])
  })

  it('has names that are told apart as texts', () => {
    expect(() => found(dict([1, tensor], ['1', tensor]))).toThrow(PickleError)
    expect(() => found(dict([null, tensor]))).toThrow(PickleError)
    expect(found(dict([1, tensor], [2, tensor]))).toEqual(['1', '2'])
  })
})

describe('a view of a storage', () => {
  const bytes = Uint8Array.from({ length: 24 }, (_, k) => k)
  const values = (tensor: PyTensor): number[] | undefined => {
    const extent = extentOf(tensor, 24)
    return extent && [...gather(sourceOf(bytes), tensor, extent, 1)]
  }

  it('has the elements that its strides lead to', () => {
    for (const [shape, strides, offset] of [
      [[4, 6], [6, 1], 0],
      [[6, 4], [1, 6], 0],
      [[2, 3, 2], [12, 2, 1], 3],
      [[3, 3], [0, 5], 2],
      [[5, 1, 3], [2, 99, 1], 4],
      [[2, 2, 2], [1, 1, 1], 0],
    ] as const) {
      const expected: number[] = []
      const walk = (axis: number, at: number): void => {
        if (axis === shape.length) expected.push(at)
        else for (let k = 0; k < shape[axis]; k++) walk(axis + 1, at + k * strides[axis])
      }
      walk(0, offset)
      expect(values(view(shape, strides, offset))).toEqual(expected)
    }
  })

  it.each([
    ['one element too far', view([5], [1], 20)],
    ['a stride too far', view([2], [24])],
    ['an offset too far', view([1], [1], 24)],
    ['more elements than there are numbers', view([2 ** 40, 2 ** 40], [0, 0])],
    ['a place beyond all integers', view([2 ** 40, 2 ** 10], [2 ** 40, 2 ** 50])],
  ])('is none with %s', (_, tensor) => {
    expect(values(tensor)).toBeUndefined()
  })

  it('is empty wherever it is, without elements', () => {
    expect(values(view([0, 5], [7, 7], 99))).toEqual([])
    expect(values(view([], [], 23))).toEqual([23])
  })
})
