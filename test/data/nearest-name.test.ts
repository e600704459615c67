import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didYouMean, nearestName } from '../../src/data/nearest-name.js'

const keys = ['name', 'methods', 'densities', 'widths', 'seeds', 'hiddenLayers', 'sizes', 'trials']

describe('nearestName', () => {
  it.each([
    ['methds', 'methods'],
    ['methodss', 'methods'],
    ['metohds', 'methods'],
    ['Widths', 'widths'],
    ['hidden_layers', 'hiddenLayers'],
    ['hiddenLayer', 'hiddenLayers'],
    ['seed', 'seeds'],
  ])('finds what %s means', (name, meant) => {
    expect(nearestName(name, keys)).toBe(meant)
  })

  it('suggests nothing for a name that is unlike all', () => {
    expect(nearestName('temperature', keys)).toBeUndefined()
    expect(nearestName('x', ['y'])).toBeUndefined()
    expect(nearestName('', ['a'])).toBeUndefined()
    expect(didYouMean('temperature', keys)).toBe('')
  })

  it('undoes any single slip of the pen in a long name', () => {
    const slip = fc.tuple(fc.nat(11), fc.constantFrom('drop', 'double', 'swap'))
    fc.assert(
      fc.property(slip, ([at, kind]) => {
        const name = 'hiddenLayers'
        const [head, here, tail] = [name.slice(0, at), name.slice(at, at + 1), name.slice(at + 1)]
        const slipped = {
          drop: head + tail,
          double: head + here + here + tail,
          swap: head + tail.slice(0, 1) + here + tail.slice(1),
        }
        expect(nearestName(slipped[kind], keys)).toBe(name)
      }),
    )
  })

  it('takes the first of equally near names, and the nearer of two', () => {
    expect(nearestName('lo', ['lr', 'l2'])).toBe('lr')
    expect(nearestName('samples', ['sample', 'samples'])).toBe('samples')
  })
})
