import { describe, expect, it } from 'vitest'
import { FileError } from '../../../src/data/file-error.js'
import type { Tensor } from '../../../src/data/tensor.js'
import { networkFromFile } from '../../../src/network/checkpoint.js'
import { openTensorFile } from '../../../src/node/files/tensor-file.js'
import { expectedOf, torchFixture, type Told } from './fixtures.js'

/** A tensor as the fixtures tell it. */
const told = ({ shape, data }: Tensor): Told => ({
  shape,
  values: Array.from(data, (value) =>
    Number.isFinite(value) ? value : String(value).replace('Infinity', 'inf').toLowerCase(),
  ),
})

const files = Object.entries(expectedOf)

describe('files of PyTorch, safetensors, NumPy and SciPy', () => {
  it.each(files.filter(([, { tensors }]) => tensors))(
    '%s holds what they read back',
    (name, { tensors, unreadable = {}, apart }) => {
      const file = openTensorFile(torchFixture(name))
      expect([...file.tensors.keys()].sort()).toEqual([...Object.keys(tensors!), ...Object.keys(unreadable)].sort())
      for (const [key, expected] of Object.entries(tensors!)) {
        const stored = file.tensors.get(key)!
        expect(stored.shape, key).toEqual(expected.shape)
        expect(told(stored.read()), key).toEqual(expected)
      }
      for (const [key, words] of Object.entries(unreadable)) {
        const { read } = file.tensors.get(key)!
        expect(read).toThrow(FileError)
        expect(read).toThrow(`${name}: ${key}: `)
        expect(read).toThrow(words)
      }
      if (apart) expect(Object.fromEntries(file.apart!.map(({ name, tensors }) => [name, tensors]))).toEqual(apart)
    },
  )

  it.each(files.filter(([, { masks }]) => masks))(
    '%s gives the same masks as every other format',
    (name, { masks }) => {
      const read = networkFromFile(openTensorFile(torchFixture(name)), name)
      const expected = Object.entries(masks!)
      expect(read.masks).toHaveLength(expected.length)
      expected.forEach(([key, { shape, values }], i) => {
        const { rows, cols, data } = read.masks[i]
        expect([[rows, cols], Array.from(data)], key).toEqual([shape, values])
      })
    },
  )

  it.each(files.filter(([, { refused }]) => refused))(
    '%s is refused in one line with its cause and the remedy',
    (name, { refused, remedy }) => {
      const read = () => [...openTensorFile(torchFixture(name)).tensors.values()].map((stored) => stored.read())
      expect(read).toThrow(FileError)
      expect(read).toThrow(`${torchFixture(name)}: `)
      expect(read).toThrow(refused!)
      expect(read).not.toThrow(/\n/)
      if (remedy) expect(read).toThrow(/Python: import torch; .*torch\.save\(.*\.state\.pt"\)$/)
    },
  )
})
