import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { createSpec, initialize } from '../../src/network/initialize.js'
import { denseNtk } from '../../src/ntk/dense-ntk.js'
import { prune } from '../../src/prune/prune.js'

/** What TypeScript refuses and plain JavaScript can say all the same. */
const said = (value: unknown): never => value as never

describe('slips of plain JavaScript', () => {
  const network = initialize(createSpec({ sizes: [3, 4, 2] }), 0)

  it('get the library’s own error for an activation that is a text, unknown or missing its name', () => {
    expect(() => createSpec({ sizes: [3, 2], activation: said('relu') })).toThrow(
      "createSpec: expected an activation such as { name: 'relu' }, got \"relu\"; parseActivation('relu') reads a text",
    )
    expect(() => createSpec({ sizes: [3, 2], activation: { name: 'rleu' } })).toThrow(
      /got 'rleu' \(did you mean relu\?\)/,
    )
    expect(() => createSpec({ sizes: [3, 2], activation: said({}) })).toThrow(/expected an activation such as/)
    expect(() => denseNtk([3, 4, 2], matrix(2, 3), { activation: said('tanh') })).toThrow(
      /graphonNtk: expected an activation such as/,
    )
  })

  it('get it for an unknown method and for a scope that is missing', () => {
    const options = { method: 'magnitude', density: 0.5, scope: 'global', seed: 0 } as const
    expect(() => prune(network, { ...options, method: said('magnitud') })).toThrow(
      /prune: expected a method of random, /,
    )
    expect(() => prune(network, { ...options, method: said(undefined) })).toThrow(/prune: /)
    expect(() => prune(network, { ...options, scope: said(undefined) })).toThrow(/expected a scope of global or layer/)
  })
})
