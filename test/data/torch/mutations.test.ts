import { unzipSync, zipSync } from 'fflate'
import { expect, it } from 'vitest'
import { countBytes } from './counted.js'
import { torchBytes } from './fixtures.js'

const bytesMade = countBytes()
const { openTensors } = await import('../../../src/data/open-tensors.js')
const { FileError } = await import('../../../src/data/file-error.js')
const { randomStream } = await import('../../../src/random/random.js')

/** Mutations of each file of each kind. */
const count = 400
const names = [
  'plain.pt',
  'checkpoint.pt',
  'protocol-4.pt',
  'types.pt',
  'views.pt',
  'prune.pt',
  'zip64.pt',
  'parameters.pt',
  'whole-model.pt',
] as const

type Random = ReturnType<typeof randomStream>

const below = (random: Random, limit: number): number => Math.floor(random.uniform() * limit)

/** Bytes that mean much to archives and pickles. */
const telling = [0, 1, 0x7f, 0x80, 0xff, ...Array.from('(.0123NRbcdeghijlopqrstu}]Q', (letter) => letter.charCodeAt(0))]

/** One to four changes: a byte or a bit is another, a stretch is left out, doubled, overwritten by another, or nothing follows. */
function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Array.from(bytes)
  for (let changes = 1 + below(random, 4); changes > 0; changes--) {
    const [at, length] = [below(random, result.length), 1 + below(random, 16)]
    const stretch = result.slice(at, at + length)
    const kind = below(random, 7)
    if (kind === 0) result[at] ^= 1 << below(random, 8)
    else if (kind === 1) result[at] = telling[below(random, telling.length)]
    else if (kind === 2) result[at] = below(random, 256)
    else if (kind === 3) result.splice(at, length)
    else if (kind === 4) result.splice(at, 0, ...stretch)
    else if (kind === 5) result.splice(below(random, result.length), length, ...stretch)
    else if (changes === 1) result = result.slice(0, at)
  }
  return Uint8Array.from(result)
}

/** The values of all tensors, or undefined where the file is refused; whatever else happens fails the test. */
function valuesOf(bytes: Uint8Array): Map<string, readonly number[]> | undefined {
  const values = new Map<string, readonly number[]>()
  try {
    bytesMade()
    const { tensors } = openTensors(bytes, 'a.pt')
    expect(bytesMade()).toBeLessThanOrEqual(4 * bytes.length)
    for (const [key, { read, shape }] of tensors) {
      bytesMade()
      try {
        const { data, shape: same } = read()
        expect(same).toEqual(shape)
        expect(data.length).toBe(same.reduce((product, size) => product * size, 1))
        values.set(key, Array.from(data))
      } finally {
        expect(bytesMade()).toBeLessThanOrEqual(4 * bytes.length)
      }
    }
    return values
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    expect(error.message).toMatch(/^a\.pt: [^\n]*$/)
    return undefined
  }
}

/** Own names of what every object inherits. */
const inherited = (): string[] =>
  [Object, Array, Map, Function, Uint8Array].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))

it.each(names)('mutations of %s are refused, or read as the file was: its checksums see to it', (name) => {
  const bytes = torchBytes(name)
  const whole = valuesOf(bytes)
  const before = inherited()
  let refused = 0
  for (let i = 0; i < count; i++) {
    const values = valuesOf(mutated(bytes, randomStream(i, 'bytes', name)))
    if (values) expect(values).toEqual(whole)
    else refused++
  }
  expect(refused).toBeGreaterThan(count / 4)
  expect(inherited()).toEqual(before)
})

it.each(names)(
  'mutations of the pickle of %s, with checksums that agree, are refused or read within their storages',
  (name) => {
    const files = unzipSync(torchBytes(name))
    const pickle = Object.keys(files).find((path) => path.endsWith('data.pkl'))!
    const before = inherited()
    let refused = 0
    for (let i = 0; i < count; i++) {
      const random = randomStream(i, 'pickle', name)
      const bytes = zipSync({ ...files, [pickle]: mutated(files[pickle], random) }, { level: 0 })
      if (!valuesOf(bytes)) refused++
    }
    expect(refused).toBeGreaterThan(count / 4)
    // Names of tensors and the like may be anything.
    expect(refused < count).toBe(name !== 'whole-model.pt')
    expect(inherited()).toEqual(before)
  },
)

it('the bytes of a tensor that is read are counted', () => {
  const bytes = torchBytes('plain.pt')
  const stored = openTensors(bytes, 'a.pt').tensors.get('fc1.weight')!
  bytesMade()
  expect(stored.read().data.byteLength).toBe(80)
  expect(bytesMade()).toBe(80)
})

it('a file cut short anywhere is refused', () => {
  const bytes = torchBytes('plain.pt')
  for (let length = 0; length < bytes.length; length++) expect(valuesOf(bytes.subarray(0, length))).toBeUndefined()
})
