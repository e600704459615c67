import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it, vi } from 'vitest'
import { addLimit } from '../../src/cli/limit.js'
import { decodeNpz } from '../../src/data/npz.js'
import { chainFromTensors } from '../../src/graphon/chain-file.js'
import { magnitudeLimit, magnitudeWidthLimit } from '../../src/graphon/limits/magnitude.js'

const budget = { density: 0.2, scope: 'global' } as const

const documents = vi.hoisted((): unknown[] => [])

vi.mock('../../src/cli/output.js', () => ({
  print: () => undefined,
  printJson: (document: unknown) => documents.push(document),
  short: String,
}))

/** Runs the command in this process and returns the JSON document that it prints, if any. */
function limit(...args: readonly string[]): unknown {
  documents.length = 0
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
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
    expect(() => limit('--sizes', '20,9,3', '--method', 'snip')).toThrow(/Allowed choices/)
  })
})
