import { describe, expect, it } from 'vitest'
import { parseActivation, readActivation } from '../../src/network/activation.js'
import { readStudy } from '../../src/study/read-study.js'

describe('the name of an activation of one’s own', () => {
  it('is read from a file, which holds no functions', () => {
    expect(readActivation('own:mine')).toEqual({ name: 'own:mine' })
    expect(readActivation('leaky-relu:0.2')).toEqual(parseActivation('leaky-relu:0.2'))
  })

  it('is no choice of an option or a study, which take the module', () => {
    expect(() => parseActivation('own:mine')).toThrow(/one of your own needs its definition/)
    const study = 'data: { source: mnist, samples: 32 }\nnetwork: { activation: "own:mine" }\n'
    expect(() => readStudy(study, 'study.yaml')).toThrow(/study\.yaml.*activation/s)
  })

  it.each(['own:', 'own:Mine', 'own:a b'])('is refused as %s', (text) => {
    expect(() => readActivation(text)).toThrow(/activation: expected/)
  })
})
