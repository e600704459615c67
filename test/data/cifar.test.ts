import { describe, expect, it } from 'vitest'
import { decodeCifar } from '../../src/data/cifar.js'
import { expectFileError, joined } from './helpers.js'

const image = (value: number) => new Uint8Array(3072).fill(value)

describe('cifar', () => {
  it('reads label and image of each CIFAR-10 record', () => {
    const { images, labels } = decodeCifar(joined(Uint8Array.of(9), image(7), Uint8Array.of(0), image(8)), 'a', 10)
    expect(labels).toEqual(Int32Array.of(9, 0))
    expect(images.shape).toEqual([2, 3072])
    expect(images.data).toEqual(joined(image(7), image(8)))
  })

  it('takes the fine label of each CIFAR-100 record', () => {
    const { images, labels } = decodeCifar(joined(Uint8Array.of(19, 99), image(1)), 'a', 100)
    expect(labels).toEqual(Int32Array.of(99))
    expect(images.data).toEqual(image(1))
  })

  it('refuses labels beyond the classes', () => {
    expectFileError(
      () => decodeCifar(joined(Uint8Array.of(10), image(1)), 'a', 10),
      'a',
      /below 10, got 10 in record 0/,
    )
    expectFileError(() => decodeCifar(joined(Uint8Array.of(20, 0), image(1)), 'a', 100), 'a', /below 20, got 20/)
    expectFileError(() => decodeCifar(joined(Uint8Array.of(0, 100), image(1)), 'a', 100), 'a', /below 100, got 100/)
  })

  it.each([0, 1, 3072, 3074, 6145])('refuses %i bytes, which are no whole records of CIFAR-10', (length) => {
    expectFileError(() => decodeCifar(new Uint8Array(length), 'cut.bin', 10), 'cut.bin', /records of 3073 bytes/)
  })
})
