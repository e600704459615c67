import { PickleError, pickleCursor, type PickleCursor } from './pickle-cursor.js'
import { describe, isKind, type Callable, type Dictionary, type PyValue, type Sequence } from './pickle-values.js'

/** What a pickle may reach outside of itself. */
export interface PickleWorld {
  /** The function behind a name. @throws PickleError for names that are not allowed */
  readonly resolve: (module: string, name: string) => Callable | PyValue
  /** What a persistent id stands for. @throws PickleError where it stands for nothing */
  readonly load: (id: PyValue) => PyValue
}

/** Lists, tuples and dictionaries of one pickle: ten for each of 100,000 tensors, twice over. */
const mostValues = 2_000_000
/** Bytes of the longest whole number. */
const longestNumber = 256

interface Machine extends PickleWorld {
  readonly cursor: PickleCursor
  readonly stack: PyValue[]
  /** Where on the stack the open marks are. */
  readonly marks: number[]
  readonly memo: Map<number, PyValue>
  readonly push: (value: PyValue) => void
  readonly pop: () => PyValue
  readonly top: () => PyValue
  /** What lies above the last mark, which is taken away with it. */
  readonly popMark: () => PyValue[]
  /** {@link Machine.push} of what takes memory of its own. */
  readonly make: (value: PyValue) => void
}

function machineOf(pickle: Uint8Array, world: PickleWorld): Machine {
  const stack: PyValue[] = []
  const marks: number[] = []
  let made = 0
  const require = (count: number): void => {
    if (stack.length < (marks.at(-1) ?? 0) + count) throw new PickleError('expected more values on its stack')
  }
  return {
    ...world,
    cursor: pickleCursor(pickle),
    stack,
    marks,
    memo: new Map(),
    push: (value) => void stack.push(value),
    pop: () => {
      require(1)
      return stack.pop()!
    },
    top: () => {
      require(1)
      return stack.at(-1)!
    },
    popMark: () => {
      const mark = marks.pop()
      if (mark === undefined) throw new PickleError('expected a mark on its stack')
      return stack.splice(mark)
    },
    make: (value) => {
      if (++made > mostValues) throw new PickleError(`expected at most ${mostValues} lists and dictionaries`)
      stack.push(value)
    },
  }
}

/** A whole number in two's complement, little-endian. */
function wholeNumber(bytes: Uint8Array): number | bigint {
  if (bytes.length > longestNumber) throw new PickleError(`expected numbers of at most ${longestNumber} bytes`)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).reverse()
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex.join('') || '0'}`))
  return asNumber(value)
}

function asNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function decimal(line: string): number | bigint | boolean {
  if (line === '00' || line === '01') return line === '01'
  if (!/^[+-]?\d{1,600}L?$/.test(line)) throw new PickleError('expected a whole number in a line')
  return asNumber(BigInt(line.replace(/^\+|L$/g, '')))
}

function real(line: string): number {
  if (/^[+-]?(nan|inf|infinity)$/i.test(line))
    return /nan/i.test(line) ? NaN : line.startsWith('-') ? -Infinity : Infinity
  if (!/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(line)) throw new PickleError('expected a number in a line')
  return Number(line)
}

function quotedText(line: string): string {
  const inner = /^(['"])(.*)\1$/s.exec(line)?.[2]
  if (inner === undefined || inner.includes('\\')) throw new PickleError('expected a plain text in quotes')
  return inner
}

function keep({ memo, top }: Machine, key: number): void {
  memo.set(key, top())
}

function recall({ memo, push }: Machine, key: number): void {
  const value = memo.get(key)
  if (value === undefined) throw new PickleError(`expected a value that it has kept as ${key}`)
  push(value)
}

function extend({ top }: Machine, items: readonly PyValue[], kind: Sequence['kind']): void {
  const target = top()
  if (!isKind(target, kind)) throw new PickleError(`expected a ${kind} to add to, got ${describe(target)}`)
  for (const item of items) target.items.push(item)
}

function assign({ top }: Machine, pairs: readonly PyValue[]): void {
  const target = top()
  if (!isKind(target, 'dict')) throw new PickleError(`expected a dictionary to set items of, got ${describe(target)}`)
  fill(target, pairs)
}

function fill({ entries }: Dictionary, pairs: readonly PyValue[]): void {
  if (pairs.length % 2 === 1) throw new PickleError('expected a value for each key of a dictionary')
  for (let i = 0; i < pairs.length; i += 2) entries.set(pairs[i], pairs[i + 1])
}

function tuple({ pop, make }: Machine, count: number): void {
  make({ kind: 'tuple', items: Array.from({ length: count }, pop).reverse() })
}

function call({ pop, make }: Machine): void {
  const [args, callable] = [pop(), pop()]
  if (!isKind(callable, 'callable')) throw new PickleError(`expected a function to call, got ${describe(callable)}`)
  const result = isKind(args, 'tuple') ? callable.call(args.items) : undefined
  if (result === undefined) throw new PickleError(`expected other arguments of ${callable.name}`)
  make(result)
}

/** What objects keep beside their items (`_metadata` of a state dict) says nothing of tensors. */
function build({ pop, top }: Machine): void {
  const state = pop()
  if (!isKind(top(), 'dict'))
    throw new PickleError(`expected a state of a dictionary, got ${describe(state)} for ${describe(top())}`)
}

function stackGlobal({ pop, push, resolve }: Machine): void {
  const [name, module] = [pop(), pop()]
  if (typeof name !== 'string' || typeof module !== 'string') throw new PickleError('expected a module and a name')
  push(resolve(module, name))
}

function mark({ marks, stack }: Machine): void {
  marks.push(stack.length)
}

/**
 * The instructions of pickles, protocols 0 to 5, by their byte, but for those that no file of tensors needs: INST, OBJ, NEWOBJ
 * and NEWOBJ_EX make objects of classes, EXT1, EXT2 and EXT4 look names up in a registry of the process, NEXT_BUFFER and
 * READONLY_BUFFER take buffers from outside.
 */
const instructions: Readonly<Record<number, (machine: Machine) => void>> = {
  // PROTO and FRAME
  0x80: ({ cursor }) => {
    const version = cursor.byte()
    if (version > 5) throw new PickleError(`expected a pickle of protocol 0 to 5, got ${version}`)
  },
  0x95: ({ cursor }) => void cursor.unsigned(8),
  // MARK, POP, POP_MARK, DUP
  0x28: mark,
  0x30: (m) => {
    if (m.marks.at(-1) === m.stack.length) m.marks.pop()
    else m.pop()
  },
  0x31: (m) => void m.popMark(),
  0x32: (m) => m.push(m.top()),
  // PUT, BINPUT, LONG_BINPUT, MEMOIZE
  0x70: (m) => keep(m, Number(decimal(m.cursor.line()))),
  0x71: (m) => keep(m, m.cursor.byte()),
  0x72: (m) => keep(m, m.cursor.unsigned(4)),
  0x94: (m) => keep(m, m.memo.size),
  // GET, BINGET, LONG_BINGET
  0x67: (m) => recall(m, Number(decimal(m.cursor.line()))),
  0x68: (m) => recall(m, m.cursor.byte()),
  0x6a: (m) => recall(m, m.cursor.unsigned(4)),
  // NONE, NEWTRUE, NEWFALSE
  0x4e: ({ push }) => push(null),
  0x88: ({ push }) => push(true),
  0x89: ({ push }) => push(false),
  // INT, LONG, FLOAT as text; BININT, BININT1, BININT2, LONG1, LONG4, BINFLOAT
  0x49: ({ push, cursor }) => push(decimal(cursor.line())),
  0x4c: ({ push, cursor }) => push(decimal(cursor.line())),
  0x46: ({ push, cursor }) => push(real(cursor.line())),
  0x4a: ({ push, cursor }) => push(cursor.int32()),
  0x4b: ({ push, cursor }) => push(cursor.byte()),
  0x4d: ({ push, cursor }) => push(cursor.unsigned(2)),
  0x8a: ({ push, cursor }) => push(wholeNumber(cursor.bytes(cursor.byte()))),
  0x8b: ({ push, cursor }) => push(wholeNumber(cursor.bytes(cursor.unsigned(4)))),
  0x47: ({ push, cursor }) => push(cursor.float64()),
  // STRING, BINSTRING, SHORT_BINSTRING, UNICODE, BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
  0x53: ({ make, cursor }) => make(quotedText(cursor.line())),
  0x54: ({ make, cursor }) => make(cursor.text(cursor.unsigned(4))),
  0x55: ({ make, cursor }) => make(cursor.text(cursor.byte())),
  0x56: ({ make, cursor }) => make(cursor.line()),
  0x58: ({ make, cursor }) => make(cursor.text(cursor.unsigned(4))),
  0x8c: ({ make, cursor }) => make(cursor.text(cursor.byte())),
  0x8d: ({ make, cursor }) => make(cursor.text(cursor.unsigned(8))),
  // BINBYTES, SHORT_BINBYTES, BINBYTES8, BYTEARRAY8
  0x42: ({ make, cursor }) => make(cursor.bytes(cursor.unsigned(4))),
  0x43: ({ make, cursor }) => make(cursor.bytes(cursor.byte())),
  0x8e: ({ make, cursor }) => make(cursor.bytes(cursor.unsigned(8))),
  0x96: ({ make, cursor }) => make(cursor.bytes(cursor.unsigned(8))),
  // EMPTY_TUPLE, TUPLE, TUPLE1, TUPLE2, TUPLE3
  0x29: (m) => tuple(m, 0),
  0x74: (m) => m.make({ kind: 'tuple', items: m.popMark() }),
  0x85: (m) => tuple(m, 1),
  0x86: (m) => tuple(m, 2),
  0x87: (m) => tuple(m, 3),
  // EMPTY_LIST, LIST, APPEND, APPENDS
  0x5d: ({ make }) => make({ kind: 'list', items: [] }),
  0x6c: (m) => m.make({ kind: 'list', items: m.popMark() }),
  0x61: (m) => extend(m, [m.pop()], 'list'),
  0x65: (m) => extend(m, m.popMark(), 'list'),
  // EMPTY_SET, ADDITEMS, FROZENSET
  0x8f: ({ make }) => make({ kind: 'set', items: [] }),
  0x90: (m) => extend(m, m.popMark(), 'set'),
  0x91: (m) => m.make({ kind: 'set', items: m.popMark() }),
  // EMPTY_DICT, DICT, SETITEM, SETITEMS
  0x7d: ({ make }) => make({ kind: 'dict', entries: new Map() }),
  0x64: (m) => {
    const pairs = m.popMark()
    m.make({ kind: 'dict', entries: new Map() })
    assign(m, pairs)
  },
  0x73: (m) => {
    const value = m.pop()
    assign(m, [m.pop(), value])
  },
  0x75: (m) => assign(m, m.popMark()),
  // GLOBAL, STACK_GLOBAL, REDUCE, BUILD
  0x63: ({ push, cursor, resolve }) => push(resolve(cursor.line(), cursor.line())),
  0x93: stackGlobal,
  0x52: call,
  0x62: build,
  // PERSID, BINPERSID
  0x50: ({ make, cursor, load }) => make(load(cursor.line())),
  0x51: (m) => m.make(m.load(m.pop())),
}

const stop = 0x2e

/**
 * The value of a pickle. A pickle is a program for a small machine; here it can make texts, numbers, lists and dictionaries and
 * call the functions that `world` hands it, nothing else. What it makes takes memory in proportion to its length.
 *
 * @throws PickleError where the pickle is damaged, uses an instruction that is not among them, or asks `world` for too much
 */
export function unpickle(pickle: Uint8Array, world: PickleWorld): PyValue {
  const machine = machineOf(pickle, world)
  for (;;) {
    const code = machine.cursor.byte()
    if (code === stop) return machine.pop()
    const instruction = Object.hasOwn(instructions, code) ? instructions[code] : undefined
    if (!instruction) throw new PickleError(`expected instructions that make tensors, got 0x${code.toString(16)}`)
    instruction(machine)
  }
}
