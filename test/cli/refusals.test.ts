import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readCheckpoint } from '../../src/node/files/read-network.js'
import { addGraphon } from '../../src/cli/graphon.js'
import * as output from '../../src/cli/output.js'
import { addPredict } from '../../src/cli/predict.js'
import { sayWarnings } from '../../src/cli/warnings.js'
import { encodeNpy } from '../../src/data/npy.js'
import type { EstimateWarning } from '../../src/graphon/estimate/estimate.js'
import { freshFolder } from './limn.js'

// Threads need the compiled program.
vi.mock('../../src/cli/threads.js', () => ({ useAllCores: () => undefined }))

const file = freshFolder()
const said: string[] = []

beforeAll(() => mkdirSync(file('.'), { recursive: true }))
beforeEach(() => {
  said.length = 0
  vi.restoreAllMocks()
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text).trimEnd()) > 0)
})

/** Runs one command in this process. */
async function run(add: (program: Command) => void, ...args: string[]): Promise<void> {
  const program = new Command()
  add(program)
  await program.parseAsync(args, { from: 'user' })
}

/** A NumPy file of 64-bit integers. */
function int64(shape: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = encodeNpy({ shape, data: new Float64Array(values.length) })
  const header = new TextDecoder('latin1').decode(bytes).replace('<f8', '<i8')
  const result = Uint8Array.from(header, (letter) => letter.charCodeAt(0))
  result.set(new Uint8Array(BigInt64Array.from(values, BigInt).buffer), bytes.length - 8 * values.length)
  return result
}

describe('one mask in an .npy file', () => {
  const mask = file('mask.npy')

  it.each([
    ['64-bit', () => int64([2, 2], [0, 1, 2, 1])],
    ['8-bit', () => encodeNpy({ shape: [2, 2], data: Uint8Array.of(0, 1, 2, 1) })],
  ])('refuses %s integers other than 0 and 1 as no mask', (_, bytes) => {
    writeFileSync(mask, bytes())
    expect(() => readCheckpoint(mask)).toThrow(/mask\.npy: .*expected 0 or 1, got 2 at row 1, column 0/)
  })

  it('takes 0 and 1 of any type as a mask, and other real numbers as a weight', () => {
    for (const bytes of [
      int64([2, 2], [0, 1, 1, 1]),
      encodeNpy({ shape: [2, 2], data: Float64Array.of(0, 1, 1, 1) }),
    ]) {
      writeFileSync(mask, bytes)
      const { masks, network } = readCheckpoint(mask)
      expect([...masks[0].data]).toEqual([0, 1, 1, 1])
      expect(network).toBeUndefined()
    }
    writeFileSync(mask, encodeNpy({ shape: [2, 2], data: Float64Array.of(0, 1, 2, 1) }))
    expect([...readCheckpoint(mask).network!.layers[0].weight]).toEqual([0, 1, 2, 1])
  })
})

describe('limn graphon', () => {
  it('refuses an --out that is no .npz, and writes nothing', async () => {
    writeFileSync(file('masks.npy'), encodeNpy({ shape: [2, 2], data: Uint8Array.of(0, 1, 1, 1) }))
    const out = file('o.txt')
    await expect(run(addGraphon, 'graphon', file('masks.npy'), '--out', out)).rejects.toThrow(
      `graphon: expected an --out that ends in .npz, got ${out}`,
    )
    expect(existsSync(out)).toBe(false)
  })
})

describe('limn predict', () => {
  const documents: unknown[] = []
  beforeEach(() => {
    documents.length = 0
    writeFileSync(file('kernel.npy'), encodeNpy({ shape: [2, 2], data: Float64Array.of(2, 1, 1, 2) }))
  })

  it.each([
    ['a tie', [1, 0, 0.5, 0.5], false],
    ['two negative zeros', [1, 0, -0, 0], false],
    ['a largest target in every row', [1, 0, 0.2, 0.7], true],
  ])('gives an accuracy where every row names one class: %s', async (_, values, named) => {
    writeFileSync(file('y.npy'), encodeNpy({ shape: [2, 2], data: Float64Array.from(values) }))
    const curve = vi.spyOn(output, 'printCurve').mockImplementation((...args) => documents.push(args[1]))
    await run(addPredict, 'predict', file('kernel.npy'), '--targets', file('y.npy'), '--steps', '3', '--json')
    expect(curve).toHaveBeenCalledOnce()
    expect(documents[0]).toHaveProperty('loss')
    expect(Object.hasOwn(documents[0] as object, 'accuracy')).toBe(named)
    expect(said).toEqual(
      named
        ? []
        : [`warning: ${file('y.npy')}: row 1 has no unique largest target, and so no class: accuracy is left out`],
    )
  })
})

describe('warnings', () => {
  const dead = (layer: number): EstimateWarning => ({ kind: 'dead-units', layer, message: `layer ${layer} is dead` })
  const empty: EstimateWarning = { kind: 'empty-matrix', layer: 1, message: 'matrix 1 is empty' }

  it('say five of a kind and count the rest', () => {
    sayWarnings([empty, ...Array.from({ length: 999 }, (_, l) => dead(l + 1))])
    expect(said).toEqual([
      'warning: matrix 1 is empty',
      ...[1, 2, 3, 4, 5].map((l) => `warning: layer ${l} is dead`),
      'warning: … and 994 more layers',
    ])
  })

  it('count nothing when there are five, and one in the singular', () => {
    sayWarnings([1, 2, 3, 4, 5].map(dead))
    expect(said).toHaveLength(5)
    sayWarnings([1, 2, 3, 4, 5, 6].map(dead), 'a.npz: ')
    expect(said.at(-1)).toBe('warning: a.npz: … and 1 more layer')
  })
})
