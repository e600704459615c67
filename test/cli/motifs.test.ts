import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { addMotifs } from '../../src/cli/motifs.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import { chainToTensors } from '../../src/graphon/chain/chain-file.js'
import { constantChain } from '../../src/graphon/sample/sample.js'
import { networkToTensors } from '../../src/network/checkpoint.js'
import { createSpec, initialize } from '../../src/network/initialize.js'
import { applyMasks } from '../../src/prune/prune.js'
import { bernoulliMasks } from '../graphon/support.js'

const documents = vi.hoisted((): unknown[] => [])
const lines = vi.hoisted((): string[] => [])

vi.mock('../../src/cli/output.js', () => ({
  print: (line: string) => lines.push(line),
  printJson: (document: unknown) => documents.push(JSON.parse(JSON.stringify(document))),
  say: () => undefined,
  short: String,
}))
vi.mock('../../src/cli/threads.js', () => ({ useAllCores: () => undefined }))

const folder = mkdtempSync(join(tmpdir(), 'limn-motifs-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, bytes: Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

function motifs(...args: readonly string[]): void {
  documents.length = lines.length = 0
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  addMotifs(program)
  program.commands[0].exitOverride().configureOutput({ writeErr: () => undefined })
  program.parse(['motifs', ...args], { from: 'user' })
}

interface Row {
  readonly motif: string
  readonly edges: number
  readonly density: number
  readonly injective?: number
  readonly ratio: number | null
}

interface Document {
  readonly source: string
  readonly matrices: readonly { readonly shape: number[]; readonly density: number; readonly motifs: readonly Row[] }[]
  readonly pathDensity: { readonly mean: number; readonly logMean: number | null }
}

interface Comparison {
  readonly sources: readonly string[]
  readonly matrices: readonly {
    readonly cut: { readonly lower: number; readonly upper: number }
    readonly motifs: readonly { readonly motif: string; readonly difference: number; readonly bound: number }[]
  }[]
}

function documentOf<Kind>(...args: readonly string[]): Kind {
  motifs(...args, '--json')
  expect(documents).toHaveLength(1)
  return documents[0] as Kind
}

const shape = { inputs: 6, classes: 3, hidden: [4, 5] } as const
const chain = write('chain.npz', encodeNpz(chainToTensors(constantChain(shape, 0.5))))
const masks = bernoulliMasks([9, 30, 30, 5], 0.4, 3)
const network = applyMasks(initialize(createSpec({ sizes: [9, 30, 30, 5] }), 0), masks)
const checkpoint = networkToTensors(network)
const masksFile = write('masks.safetensors', encodeSafetensors(checkpoint.tensors, checkpoint.metadata))

describe('limn motifs of one file', () => {
  it('gives p^e for a constant chain, paths as long as asked for, and p^(L+1) through it', () => {
    const { source, matrices, pathDensity } = documentOf<Document>(chain, '--paths', '7')
    expect(source).toBe('chain')
    expect(matrices).toHaveLength(3)
    for (const { motifs: rows } of matrices) {
      expect(rows.map(({ motif }) => motif)).toContain('path7')
      for (const { density, edges, ratio, injective } of rows) {
        expect(density).toBeCloseTo(0.5 ** edges, 12)
        expect(ratio).toBeCloseTo(1, 12)
        expect(injective).toBeUndefined()
      }
    }
    expect(pathDensity.mean).toBeCloseTo(0.5 ** 3, 14)
    expect(pathDensity.logMean).toBeCloseTo(3 * Math.log(0.5), 12)
  })

  it('gives masks their densities of different units too, and the share of all paths that survives', () => {
    const { source, matrices, pathDensity } = documentOf<Document>(masksFile)
    expect(source).toBe('masks')
    matrices.forEach(({ density, motifs: rows }, l) => {
      expect(density).toBeCloseTo(masks[l].kept / (masks[l].rows * masks[l].cols), 12)
      const cherry = rows.find(({ motif }) => motif === 'row-cherry')!
      expect(cherry.injective).toBeLessThan(cherry.density)
      expect(rows.find(({ motif }) => motif === 'cycle-6')!.injective).toBeUndefined()
    })
    let paths = Array.from({ length: 9 }, () => 1)
    for (const { rows, cols, data } of masks) {
      paths = Array.from({ length: rows }, (_, i) => paths.reduce((sum, x, j) => sum + x * data[i * cols + j], 0))
    }
    const all = paths.reduce((a, b) => a + b, 0) / (9 * 30 * 30 * 5)
    expect(pathDensity.mean).toBeCloseTo(all, 14)
  })

  it('reads one matrix of densities or one mask, and says nothing of an empty one but zeros', () => {
    const half = write('half.npy', encodeNpy({ shape: [3, 4], data: new Float64Array(12).fill(0.5) }))
    expect(documentOf<Document>(half).source).toBe('matrix')
    const none = write('none.npy', encodeNpy({ shape: [3, 4], data: new Uint8Array(12) }))
    const { source, matrices, pathDensity } = documentOf<Document>(none)
    expect(source).toBe('masks')
    expect(matrices[0].motifs.map(({ ratio }) => ratio)).toEqual(matrices[0].motifs.map(() => null))
    expect(pathDensity).toMatchObject({ mean: 0, logMean: null })
  })

  it('prints a table for people', () => {
    motifs(masksFile)
    expect(lines[0]).toMatch(/^matrix 1 {2}30 × 9 {2}density 0\.\d+$/)
    expect(lines.filter((line) => line.includes('cycle-4'))).toHaveLength(3)
    expect(lines.at(-1)).toMatch(/^path density through 3 matrices: \S+, ln -\S+$/)
  })
})

describe('limn motifs of two files', () => {
  it('puts every difference beside the bound that the cut norm gives', () => {
    const other = write('other.npz', encodeNpz(chainToTensors(constantChain({ ...shape, hidden: [3, 2] }, 0.4))))
    const { sources, matrices } = documentOf<Comparison>(chain, other, '--paths', '3')
    expect(sources).toEqual(['chain', 'chain'])
    for (const { cut, motifs: rows } of matrices) {
      expect(cut.upper).toBeCloseTo(0.1, 9)
      for (const { difference, bound } of rows) expect(difference).toBeLessThanOrEqual(bound + 1e-12)
      expect(rows.map(({ motif }) => motif)).not.toContain('path4')
    }
  })

  it('compares masks as the step graphons that they are estimated by', () => {
    const { sources, matrices } = documentOf<Comparison>(masksFile, masksFile, '--bins', '5')
    expect(sources).toEqual(['masks', 'masks'])
    for (const { cut, motifs: rows } of matrices) {
      expect(cut).toMatchObject({ lower: 0, upper: 0 })
      for (const { difference } of rows) expect(difference).toBe(0)
    }
    motifs(masksFile, masksFile)
    expect(lines[0]).toBe('matrix 1  cut norm 0')
  })

  it('refuses what cannot be compared, naming the file', () => {
    expect(() => motifs(chain, masksFile)).toThrow(/masks\.safetensors.*compared with .*chain\.npz.*input coordinates/)
    expect(() => motifs(chain, '--paths', '1000')).toThrow(/at most 100 edges/)
    expect(() => motifs(join(folder, 'none.npz'))).toThrow(/none\.npz/)
  })
})
