import { isNamedData } from '../node/samples/load-data.js'
import type { Given, Limit } from './limits.js'

const namesData = ({ flags }: Given): boolean => typeof flags['data'] === 'string' && isNamedData(flags['data'])

/** Limits that options of several commands have. */
export const applies = {
  withData: { only: 'with --data', when: ({ flags }) => flags['data'] !== undefined },
  unnamedData: {
    only: 'with data of a file, because a named dataset always is standardised',
    when: (given) => !namesData(given),
  },
  namedData: { only: 'with a named dataset; rows of a file are taken in order', when: namesData },
  withOut: { only: 'with --out', when: ({ flags }) => flags['out'] !== undefined },
  bare: { only: 'where a weight has no mask', when: ({ facts }) => facts.bare !== false },
  energies: { only: 'on chains with weight energies V', when: ({ facts }) => facts.energies !== false },
  biases: { only: 'where the network has biases', when: ({ facts }) => facts.biases !== false },
  scaled: {
    only: 'in the NTK parameterisation, because standard weights and biases carry their scale',
    when: ({ facts }) => facts.parameterization !== 'standard',
  },
} as const satisfies Readonly<Record<string, Limit>>
