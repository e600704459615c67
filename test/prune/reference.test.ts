import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { denseMask, type Mask } from '../../src/network/mask.js'
import { createNetwork, createSpec } from '../../src/network/initialize.js'
import { weightScale, type Network, type Parameterization } from '../../src/network/network.js'
import type { CriterionName } from '../../src/prune/criteria.js'
import type { Scope } from '../../src/prune/budget.js'
import { prune } from '../../src/prune/prune.js'
import { oneHotRows } from './networks.js'

interface ReferenceCase {
  readonly method: CriterionName
  readonly temperature?: number
  readonly density: number
  readonly scope: Scope
  readonly masks: readonly string[]
}

interface ReferenceNetwork {
  readonly sizes: readonly number[]
  readonly weights: readonly (readonly (readonly number[])[])[]
  readonly biases: readonly (readonly number[])[] | null
  readonly x: readonly (readonly number[])[]
  readonly labels: readonly number[]
  readonly cases: readonly ReferenceCase[]
}

const file = new URL('../oracle/fixtures/prune.json', import.meta.url)
const { networks } = JSON.parse(readFileSync(file, 'utf8')) as { networks: readonly ReferenceNetwork[] }

const float32 = (rows: readonly (readonly number[])[]) => Float64Array.from(rows.flat(), Math.fround)

function build({ sizes, weights, biases }: ReferenceNetwork, parameterization: Parameterization): Network {
  const spec = createSpec({ sizes, parameterization, sigmaB2: 1 })
  return createNetwork(
    spec,
    weights.map((rows, i) => ({
      weight: float32(rows).map((w) => w / weightScale(spec, i)),
      mask: denseMask(sizes[i + 1], sizes[i]),
      ...(biases && { bias: float32([biases[i]]) }),
    })),
  )
}

function hex({ data }: Mask): string {
  const text = Array.from(data).join('')
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0')
  return padded.replace(/.{8}/g, (byte) => parseInt(byte, 2).toString(16).padStart(2, '0'))
}

describe.each(networks)('masks of $sizes against PyTorch in float64', (reference) => {
  const batch = {
    x: matrix(reference.x.length, reference.sizes[0], float32(reference.x)),
    targets: oneHotRows(reference.labels, reference.sizes.at(-1)!),
  }
  const name = ({ method, temperature, scope, density }: ReferenceCase) =>
    `${method}${temperature === undefined ? '' : ` at temperature ${temperature}`}, ${scope} scope, density ${density}`

  for (const expected of reference.cases) {
    it.each(['standard', 'ntk'] as const)(`${name(expected)}, stored as %s: bit for bit`, (parameterization) => {
      const { method, temperature, density, scope, masks } = expected
      const result = prune(build(reference, parameterization), {
        method,
        density,
        scope,
        seed: 0,
        batch,
        ...(temperature !== undefined && { temperature }),
      })
      expect(result.masks.map(hex)).toEqual(masks)
    })
  }
})
