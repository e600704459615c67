import { describe, expect, it } from 'vitest'
import { allowed } from '../../../src/data/torch/globals.js'
import { PickleError } from '../../../src/data/torch/pickle-cursor.js'
import { isKind, type PyValue } from '../../../src/data/torch/pickle-values.js'
import { unpickle } from '../../../src/data/torch/unpickle.js'
import { joined, utf8 } from '../helpers.js'

/** A pickle of bytes and texts, with its end. */
const pickle = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  joined(...parts.map((part) => (typeof part === 'string' ? utf8(part) : Uint8Array.from(part))), utf8('.'))

const world = {
  resolve: (module: string, name: string): PyValue => {
    const found = allowed(module, name)
    if (found !== undefined) return found
    throw new PickleError(`refused ${module}.${name}`)
  },
  load: (id: PyValue): PyValue => id,
}

const read = (...parts: readonly (string | readonly number[])[]): PyValue => unpickle(pickle(...parts), world)

/** A value without the kinds of its parts. */
function plain(value: PyValue): unknown {
  if (isKind(value, 'dict')) return Array.from(value.entries, ([key, item]) => [plain(key), plain(item)])
  if (isKind(value, 'list', 'tuple', 'set')) return value.items.map(plain)
  return value
}

describe('a pickle', () => {
  it.each([
    ['None', 'N', null],
    ['True of protocol 1', 'I01\n', true],
    ['a whole number in a line', 'L-7L\n', -7],
    ['a number in a line', 'F-1.5e3\n', -1500],
    ['an infinity in a line', 'F-inf\n', -Infinity],
    ['a quoted text', "S'abc'\n", 'abc'],
    ['a tuple of a mark', '(K\u0001K\u0002t', [1, 2]],
    ['a list of a mark', '(K\u0001l', [1]],
    ['a dictionary of a mark', '(K\u0001K\u0002d', [[1, 2]]],
    ['what is kept by a line', 'K\u0005p9\n0g9\n', 5],
    ['a top that is doubled', 'K\u00052\u0086', [5, 5]],
    ['what is taken off to a mark', 'K\u0005(K\u0001K\u00021', 5],
  ])('of %s', (_, text, value) => {
    expect(
      plain(
        unpickle(
          Uint8Array.from(`${text}.`, (letter) => letter.charCodeAt(0)),
          world,
        ),
      ),
    ).toEqual(value)
  })

  it.each([
    ['-1 in one byte', [0x8a, 1, 0xff], -1],
    ['nothing', [0x8a, 0], 0],
    ['2^53 − 1', [0x8a, 7, 255, 255, 255, 255, 255, 255, 31], 2 ** 53 - 1],
    ['2^64', [0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1], 2n ** 64n],
    ['−2^63', [0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128], -(2n ** 63n)],
    ['1.5', [0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    ['−2', [0x4a, 254, 255, 255, 255], -2],
  ])('of the number %s', (_, bytes, value) => {
    expect(read(bytes)).toBe(value)
  })

  it('takes long lists, which a call with all of them would not', () => {
    const list = read([0x5d, 0x28], Array<number>(200_000).fill(0x4e), 'e')
    expect(isKind(list, 'list') && list.items.length).toBe(200_000)
  })

  it('keeps keys that objects of JavaScript inherit as keys', () => {
    const dictionary = read('}', [0x8c, 9], '__proto__', 'K', [1], 's', [0x8c, 11], 'constructor', 'K', [2], 's')
    expect(plain(dictionary)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ])
  })
})

describe('a pickle that would do more', () => {
  it.each([
    ['a name of the system', ['cposix\nsystem\n', '(', [0x8c, 2], 'ls', 'tR'], /refused posix\.system/],
    ['a name from the stack', [[0x8c, 8], 'builtins', [0x8c, 4], 'eval', [0x93]], /refused builtins\.eval/],
    ['a name that objects inherit', ['ctorch\nconstructor\n'], /refused torch\.constructor/],
    [
      'a module within one that is allowed',
      ['ctorch._utils\n_rebuild_tensor_v2.__globals__\n'],
      /refused torch\._utils/,
    ],
    ['an object of a class', ['(icollections\nOrderedDict\n'], /got 0x69/],
    ['an object by its class and arguments', ['ccollections\nOrderedDict\n', ')', [0x81]], /got 0x81/],
    ['a name in a registry', [[0x82, 1]], /got 0x82/],
    ['a buffer from outside', [[0x97]], /got 0x97/],
    ['a call of a text', [[0x8c, 1], 'x', ')R'], /a function to call, got a text/],
    ['a call of a class of storages', ['ctorch\nFloatStorage\n', ')R'], /other arguments of torch\.FloatStorage/],
    ['a call with a list', ['ccollections\nOrderedDict\n', ']R'], /other arguments/],
    ['a state of a function', ['ccollections\nOrderedDict\n', '}b'], /a state of a dictionary, .* a callable/],
    ['items of a tuple', [')', 'K', [1], 'a'], /a list to add to, got a tuple/],
    ['items of a text', [[0x8c, 1], 'x', 'K', [1], 'K', [2], 's'], /a dictionary to set items of, got a text/],
    ['a key without a value', ['}(', 'K', [1], 'u'], /a value for each key/],
    ['a value that was not kept', ['h', [7]], /kept as 7/],
    ['a value below its mark', ['K', [1], '(0', '0', '0'], /more values/],
    ['no mark', ['K', [1], 't'], /a mark/],
    ['a text beyond its end', ['X', [255, 255, 255, 127], 'abc'], /cut short/],
    ['a length beyond 2^53', [[0x8d], Array<number>(8).fill(255)], /below 2\^53/],
    ['bytes that are no text', [[0x8c, 1, 0xff]], /UTF-8/],
    ['a number of a megabyte', [[0x8b, 0, 0, 16, 0], Array<number>(2 ** 20).fill(1)], /at most 256 bytes/],
    ['a later protocol', [[0x80, 6]], /protocol 0 to 5, got 6/],
    ['a text with escapes', ["S'\\x00'\n"], /plain text/],
  ] as [string, (string | number[])[], RegExp][])('is refused: %s', (_, parts, message) => {
    expect(() => read(...parts)).toThrow(PickleError)
    expect(() => read(...parts)).toThrow(message)
  })

  it('is refused when it makes more values than any file of tensors', () => {
    expect(() => read(Array<number>(2_000_001).fill(0x7d))).toThrow(/at most 2000000/)
  })

  it('ends where it is cut short, at every place', () => {
    const whole = pickle('}', [0x8c, 1], 'a', 'ccollections\nOrderedDict\n', ')Rs', '(K', [1], 'l0')
    for (let length = 0; length < whole.length; length++) {
      expect(() => unpickle(whole.subarray(0, length), world)).toThrow(PickleError)
    }
    expect(unpickle(whole, world)).toMatchObject({ kind: 'dict' })
  })
})
