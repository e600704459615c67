import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { buildProgram } from './program.js'
import { namedDatasets } from '../../src/data/named.js'
import { estimatorNames } from '../../src/graphon/estimate/estimators/estimators.js'
import { normNames } from '../../src/graphon/distances/norms.js'
import { predictedMethods } from '../../src/graphon/limits/predictions.js'
import { activationNames } from '../../src/network/activations/activations.js'
import { zeroMeanings } from '../../src/network/checkpoint.js'
import { lossNames } from '../../src/network/loss.js'
import { parameterizations } from '../../src/network/network.js'
import { optimizerNames } from '../../src/network/optimizer.js'
import { weightChoices } from '../../src/network/weight-choice.js'
import { conventions } from '../../src/ntk/recursion-plan.js'
import { rescales } from '../../src/ntk/rescale.js'
import { metricTitle } from '../../src/plot/labels.js'
import { metrics } from '../../src/plot/metrics.js'
import { scopes } from '../../src/prune/budget.js'
import { criteria, criterionNames } from '../../src/prune/criteria.js'
import { spectralMetricNames, spectralMetrics } from '../../src/spectrum/metrics.js'
import { studyJsonSchema } from '../../src/study/json-schema.js'

const program = buildProgram()
const commands = program.commands.flatMap((command): Command[] => [command, ...command.commands])

/** Every table that options or keys of studies choose from, and where it is chosen from. */
const tables: readonly (readonly [string, readonly string[], readonly string[], string?])[] = [
  ['pruning criteria', criterionNames, ['prune --method'], 'prune.methods'],
  ['closed forms', predictedMethods, ['limit --method']],
  ['scopes', scopes, ['prune --scope', 'limit --scope'], 'prune.scope'],
  ['activations', activationNames, commandsWith('--activation'), 'network.activation'],
  ['estimators', estimatorNames, ['graphon --estimator'], 'graphon.estimator'],
  ['spectral metrics', spectralMetricNames, [], 'kernel.metrics'],
  ['norms', normNames, ['distance --norm']],
  ['conventions', conventions, ['ntk --convention'], 'kernel.convention'],
  ['rescales', rescales, ['ntk --rescale'], 'kernel.rescale'],
  ['parameterisations', parameterizations, commandsWith('--parameterization')],
  ['optimizers', optimizerNames, ['train --optimizer']],
  ['losses', lossNames, ['train --loss']],
  ['what exact zeros mean', zeroMeanings, commandsWith('--zeros')],
  ['kept or redrawn weights', weightChoices, ['ntk --weights', 'sample --weights'], 'network.weights'],
  // A kernel says itself which samples it is of.
  [
    'data sets',
    Object.keys(namedDatasets),
    commandsWith('--data').filter((use) => !use.startsWith('predict')),
    'data.source',
  ],
]

function commandsWith(option: string): string[] {
  return commands
    .filter(({ options }) => options.some(({ long }) => long === option))
    .map((command) => `${command.name()} ${option}`)
}

/** What the help of a command says of an option. */
function helpOf(use: string): string {
  const [name, long] = use.split(' ')
  const command = commands.find((one) => one.name() === name)!
  return command.createHelp().optionDescription(command.options.find((option) => option.long === long)!)
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
}

/** A key of a study file in the JSON schema, as text. */
function schemaOf(key: string): string {
  const found = key.split('.').reduce<Schema | undefined>((at, part) => at?.properties?.[part], studyJsonSchema())
  return JSON.stringify(found)
}

const says = (text: string, name: string): boolean => new RegExp(`(^|[^\\w-])${name}($|[^\\w-])`).test(text)

describe('every name of a table', () => {
  it.each(tables.map(([title, names, uses, key]) => ({ title, names, uses, key })))(
    'is in help texts and in the schema of studies: $title',
    ({ names, uses, key }) => {
      expect(names.length).toBeGreaterThan(0)
      for (const use of uses) {
        const text = helpOf(use)
        expect(
          names.filter((name) => !says(text, name)),
          `${use}: ${text}`,
        ).toEqual([])
      }
      if (key === undefined) return
      const text = schemaOf(key)
      expect(
        names.filter((name) => !says(text, name)),
        `${key}: ${text}`,
      ).toEqual([])
    },
  )

  it('is chosen from wherever an option of that name stands', () => {
    const chosen = tables.flatMap(([, , uses]) => uses)
    for (const option of ['--method', '--scope', '--estimator', '--norm', '--weights', '--convention', '--loss']) {
      // The weights of prune and limit are a file.
      const all = commandsWith(option).filter((use) => !['prune --weights', 'limit --weights'].includes(use))
      expect(chosen).toEqual(expect.arrayContaining(all))
    }
  })
})

describe('labels', () => {
  it('in help and schema are those of the tables', () => {
    const warm = criterionNames.filter((name) => 'temperature' in criteria[name].defaults)
    expect(warm.length).toBeGreaterThan(0)
    for (const name of warm) {
      expect(helpOf('prune --temperature')).toContain(criteria[name].label)
      expect(helpOf('prune --temperature')).toContain(name)
      expect(schemaOf('prune.temperature')).toContain(criteria[name].label)
    }
  })

  it('of spectral metrics head the panels of their figure', () => {
    expect(metricTitle('topEnergy')).toBe('Top-5 energy')
    const titles = Object.values(metrics).map(({ title }) => title.toLowerCase())
    for (const name of ['topEnergy', 'effectiveRank', 'entropyRank', 'decay'] as const) {
      expect(titles).toContain(spectralMetrics[name].label)
    }
  })
})
