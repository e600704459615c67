import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { entrySources, publicSurface, surfaceFile, surfaceText } from '../../scripts/public-surface.js'

const names = publicSurface()
const entries = Object.keys(entrySources())

it('has six entries', () => {
  expect(entries).toEqual(['limn', 'limn/graphon', 'limn/linalg', 'limn/study', 'limn/plot', 'limn/node'])
})

describe.each(entries)('%s', (entry) => {
  it('exports the names and types that are written down (npm run docs:surface)', () => {
    expect(surfaceText(names, entry)).toBe(readFileSync(surfaceFile(entry), 'utf8'))
  })

  it('describes what it exports', () => {
    const silent = names.filter((one) => one.entry === entry && one.callable && one.comment === '')
    expect(silent.map(({ name }) => name)).toEqual([])
  })
})

it('exports every type of limn that an exported declaration names', () => {
  const missing = names.flatMap(({ entry, name, missing: types }) =>
    types.map((type) => `${type}, of ${entry} ${name}`),
  )
  expect(missing).toEqual([])
})

it('exports no plumbing', () => {
  const plumbing = [
    'reserve',
    'withScratch',
    'gemm',
    'operand',
    'roomLikeWeights',
    'denseGradient',
    'sumOf',
    'fileOrder',
  ]
  expect(names.map(({ name }) => name).filter((name) => plumbing.includes(name))).toEqual([])
})
