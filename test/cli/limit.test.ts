import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { addLimit } from '../../src/cli/limit.js'
import { refuseIdle } from '../../src/cli/limits.js'
import { chainFromTensors } from '../../src/graphon/chain/chain-file.js'
import { decodeNpz, encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import { networkToTensors } from '../../src/network/checkpoint.js'
import { createNetwork } from '../../src/network/create.js'
import type { CriterionName } from '../../src/prune/criteria.js'
import { applyMasks, prune } from '../../src/prune/prune.js'
import { networkOf, unevenBatch } from '../graphon/limits/support.js'
import { magnitudeLimit, magnitudeWidthLimit } from '../../src/graphon/limits/magnitude.js'

const budget = { density: 0.2, scope: 'global' } as const

const documents = vi.hoisted((): unknown[] => [])

vi.mock('../../src/cli/threads.js', () => ({ useAllCores: () => undefined }))
vi.mock('../../src/cli/output.js', () => ({
  print: () => undefined,
  printJson: (document: unknown) => documents.push(document),
  say: () => undefined,
  short: String,
}))

/** Runs the command in this process and returns the JSON document that it prints, if any. */
function limit(...args: readonly string[]): unknown {
  documents.length = 0
  const program = new Command().exitOverride().hook('preAction', (_, command) => refuseIdle(command))
  addLimit(program)
  program.commands[0].exitOverride().configureOutput({ writeErr: () => undefined })
  program.parse(['limit', '--method', 'magnitude', '--density', '0.2', ...args], { from: 'user' })
  return documents[0]
}

interface Document {
  readonly points: readonly { readonly sizes: readonly number[]; readonly densities: readonly number[] }[]
  readonly limit: { readonly densities: readonly number[] }
}

describe('limn limit', () => {
  it('prints densities at every width and in the limit', () => {
    const { points, limit: infinite } = limit('--sizes', '784,9,9,10', '--widths', '128,2048', '--json') as Document
    expect(points).toHaveLength(2)
    for (const { sizes, densities } of points) expect(densities).toEqual(magnitudeLimit({ ...budget, sizes }).densities)
    expect(points[1].sizes).toEqual([784, 2048, 2048, 10])
    expect(infinite.densities).toEqual(magnitudeWidthLimit({ ...budget, sizes: [784, 9, 9, 10] }).densities)
  })

  it('writes the chain at infinite width', () => {
    const folder = mkdtempSync(join(tmpdir(), 'limn-limit-'))
    const file = join(folder, 'limit.npz')
    limit('--sizes', '20,9,9,3', '--out', file)
    const chain = chainFromTensors(decodeNpz(readFileSync(file), file), file)
    rmSync(folder, { recursive: true })
    const { densities, energies } = magnitudeWidthLimit({ ...budget, sizes: [20, 9, 9, 3] })
    expect(chain.W.map(({ data }) => data[0])).toEqual(densities)
    expect(chain.V!.map(({ data }) => data[0])).toEqual(energies)
    expect(chain.W[0].cols).toBe(20)
    expect(chain.W[2].rows).toBe(3)
  })

  it('refuses what has no limit', () => {
    expect(() => limit('--sizes', '20,3')).toThrow(/hidden layer/)
    expect(() => limit('--sizes', '20,9,3', '--sigma-w2', '1')).toThrow(/2 values/)
    expect(() => limit('--sizes', '20,9,3', '--widths', '1.5')).toThrow(/positive integers/)
    expect(() => limit('--sizes', '20,9,3', '--method', 'snip')).toThrow(/file of masks for snip/)
    expect(() => limit('--sizes', '20,9,3', '--method', 'best')).toThrow(/Allowed choices/)
    expect(() => limit()).toThrow(/expected a file of masks, or --sizes/)
    expect(() => limit('--sizes', '20,9,3', '--data', 'mnist')).toThrow(
      /--data has no effect here, it works only with a file of masks/,
    )
  })
})

describe('limn limit of masks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'limn-limit-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const network = networkOf([24, 80, 80, 6], 5)
  const batch = unevenBatch(24, 6, 64, 3)
  const data = join(folder, 'data.npz')
  const labels = Int32Array.from({ length: 64 }, (_, i) =>
    batch.targets.data.subarray(6 * i, 6 * i + 6).findIndex((value) => value === 1),
  )
  writeFileSync(
    data,
    encodeNpz(
      new Map([
        ['x', { shape: [64, 24], data: batch.x.data }],
        ['y', { shape: [64], data: labels }],
      ]),
    ),
  )

  /** A file as limn prune writes it, or with nothing but what survived. */
  function pruned(method: CriterionName, survivorsOnly = false): string {
    const { masks } = prune(network, { method, density: 0.2, scope: 'layer', seed: 1, batch })
    const layers = network.layers.map(({ mask, weight }, l) => ({
      mask,
      weight: survivorsOnly ? weight.map((w, k) => w * masks[l].data[k]) : weight,
    }))
    const { tensors, metadata } = networkToTensors(applyMasks(createNetwork(network.spec, layers), masks), {
      method,
      density: '0.2',
      scope: 'layer',
      seed: '1',
    })
    const file = join(folder, `${method}-${survivorsOnly}.safetensors`)
    writeFileSync(file, encodeSafetensors(tensors, metadata))
    return file
  }

  interface Comparison {
    readonly method: string
    readonly scope: string
    readonly isOfMethod: boolean
    readonly matrices: readonly {
      readonly predictedDensity: number
      readonly distance: number
      readonly floor: number
      readonly explained: number | null
      readonly cut: { readonly upper: number }
    }[]
  }

  /** Without the method and density that {@link limit} adds. */
  function compared(...args: readonly string[]): Comparison {
    documents.length = 0
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
    addLimit(program)
    program.commands[0].exitOverride().configureOutput({ writeErr: () => undefined })
    program.parse(['limit', ...args, '--bins', '10', '--json'], { from: 'user' })
    return documents[0] as Comparison
  }

  it('reads method, scope and density from the file, and explains SNIP by its measured profiles', () => {
    const out = join(folder, 'predicted.npz')
    const { method, scope, isOfMethod, matrices } = compared(pruned('snip'), '--data', data, '--out', out)
    expect([method, scope, isOfMethod]).toEqual(['snip', 'layer', true])
    for (const { predictedDensity } of matrices) expect(predictedDensity).toBeCloseTo(0.2, 9)
    expect(matrices[0].explained).toBeGreaterThan(0.9)
    const chain = chainFromTensors(decodeNpz(readFileSync(out), out), out)
    expect(chain.W.map(({ rows, cols }) => [rows, cols])).toEqual([
      [10, 24],
      [10, 10],
      [6, 10],
    ])
  })

  it('takes the weights before pruning from another file where the masks have none', () => {
    const dense = join(folder, 'dense.safetensors')
    const { tensors, metadata } = networkToTensors(network)
    writeFileSync(dense, encodeSafetensors(tensors, metadata))
    const bare = pruned('snip', true)
    expect(() => compared(bare, '--data', data)).toThrow(/no weights at pruned places; .*--weights/)
    const found = compared(bare, '--data', data, '--weights', dense)
    expect(found).toEqual(compared(pruned('snip'), '--data', data))
  })

  it('finds nothing to explain in random masks, and needs no samples for them', () => {
    const { matrices } = compared(pruned('random'))
    for (const { explained, distance, floor, cut } of matrices) {
      expect(explained).toBeNull()
      expect(distance).toBeLessThan(2 * floor)
      expect(cut.upper).toBeLessThan(0.1)
    }
  })

  it('says where theory knows no form', () => {
    expect(compared(pruned('synflow')).isOfMethod).toBe(false)
    expect(() => compared(pruned('grasp'))).toThrow(/no closed form to compare with: grasp, none known/)
    expect(() => compared(pruned('snip'))).toThrow(/needs --data/)
    expect(() => compared(pruned('random'), '--widths', '3')).toThrow(
      /--widths has no effect .*only without a file of masks/,
    )
  })
})
