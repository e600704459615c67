import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { keyUses } from '../../src/study/key-uses.js'
import { readStudy } from '../../src/study/read-study.js'
import { studyJsonSchema } from '../../src/study/json-schema.js'

const minimal = `data:
  source: mnist
network:
  widths: [32, 64]
prune:
  methods: [random, snip]
  densities: [0.2]
`

describe('readStudy', () => {
  it('says what a value of several kinds may be', () => {
    const text = (network: string) =>
      `data: { source: mnist }\nnetwork: { widths: [8], hiddenLayers: ${network} }\nprune: { methods: [random], densities: [0.5] }\n`
    for (const wrong of ['1.5', '[1.5]', 'two'])
      expect(() => readStudy(text(wrong), 'a.yaml')).toThrow(
        'network.hiddenLayers: expected a positive integer or a list of them',
      )
    const rate = `${text('1')}training: { learningRate: fast }\n`
    expect(() => readStudy(rate, 'a.yaml')).toThrow('training.learningRate: expected a positive number or auto')
  })

  it('fills in every default of a minimal study', () => {
    const config = readStudy(minimal, 'study.yaml')
    expect(config).toMatchObject({ seed: 0, trials: 3, graphon: { bins: 64 }, kernel: { convention: 'masked' } })
    expect(config.training.learningRate).toBe('auto')
  })

  it('reads the quickstart as it stands', () => {
    const config = readStudy(readFileSync('examples/quickstart.yaml', 'utf8'), 'quickstart.yaml')
    expect(config.network.widths).toEqual([128, 256, 512, 1024])
    expect(config.prune.methods).toHaveLength(5)
  })

  const wrong: [string, string, RegExp][] = [
    [
      'an unknown key',
      minimal.replace('trials', '').concat('colour: blue\n'),
      /^s\.yaml: line 8: colour: unknown key 'colour'; known keys here: title, seed/,
    ],
    [
      'several unknown keys and the required ones that are missing, all at once,',
      'data:\n  source: mnist\nnetwork:\n  widht: [3]\nprune:\n  methds: [random]\n  densities: [0.5]\ngraphs: 3\n',
      /^s\.yaml: line 4: network\.widht: [^;]* \(did you mean widths\?\); line 6: prune\.methods: expected a list, got nothing; line 6: prune\.methds: unknown key 'methds' \(did you mean methods\?\); line 8: graphs: unknown key 'graphs'/,
    ],
    [
      'a method that nearly has a name',
      minimal.replace('snip', 'synflw'),
      /line 6: prune\.methods\.1: .* \(did you mean synflow\?\)$/,
    ],
    [
      'keys without effect, all at once,',
      minimal.concat(
        'training:\n  learningRate: 0.1\n  relativeRate: 0.2\nconvergence: { tolerance: 0.1 }\ntrials: 1\n',
      ),
      /^s\.yaml: line 10: training\.relativeRate: has no effect here: training\.learningRate is fixed at 0\.1; leave it out; line 11: convergence\.tolerance: has no effect here: trials is 1, and it takes 2/,
    ],
    [
      'hidden layers beside sizes',
      minimal.replace('widths: [32, 64]', 'sizes: [784, 32, 10]\n  hiddenLayers: 5'),
      /line 5: network\.hiddenLayers: has no effect here: network\.sizes says how many there are: 1/,
    ],
    [
      'an unknown key deep inside',
      minimal.replace('  source: mnist', '  source: mnist\n  sample: 3'),
      /^s\.yaml: line 3: data\.sample: unknown key 'sample' \(did you mean samples\?\)$/,
    ],
    ['a density of 0', minimal.replace('0.2', '0'), /line 7: prune\.densities\.0: expected a density in \(0, 1\]/],
    ['a density of 1.5', minimal.replace('0.2', '1.5'), /line 7: prune\.densities\.0: expected a density/],
    ['an unknown method', minimal.replace('snip', 'snap'), /line 6: prune\.methods\.1: /],
    [
      'widths that fall',
      minimal.replace('[32, 64]', '[64, 32]'),
      /line 4: network\.widths: expected widths in increasing order/,
    ],
    [
      'neither widths nor sizes',
      minimal.replace('widths: [32, 64]', 'hiddenLayers: 2'),
      /network: expected either widths/,
    ],
    ['a missing section', minimal.replace(/prune:[^]*/, ''), /prune: expected a section, got nothing/],
    [
      'a wrong number of variances',
      minimal.replace('64]', '64]\n  sigmaW2: [1, 2]'),
      /line 5: network\.sigmaW2: expected 4 numbers/,
    ],
    ['text that is not YAML', 'data: [', /^s\.yaml: line \d+: not YAML: /],
    ['an empty file', '', /^s\.yaml: line 1: expected/],
  ]
  it.each(wrong)('refuses %s in one line that names file, line and key', (_, text, message) => {
    let caught: unknown
    try {
      readStudy(text, 's.yaml')
    } catch (error) {
      caught = error
    }
    expect((caught as Error).name).toBe('FileError')
    expect((caught as Error).message).toMatch(message)
    expect((caught as Error).message).not.toContain('\n')
  })

  it('has a JSON Schema for editors with a description of every setting, and what each applies to', () => {
    const schema = JSON.stringify(studyJsonSchema())
    expect(schema).toContain('kept fraction of the weights')
    for (const { appliesTo } of Object.values(keyUses))
      if (appliesTo !== null) expect(schema).toContain(`applies to ${appliesTo}`)
  })
})
