import type { CaseName } from './cases/cases.js'
import type { Parameters } from './contestant.js'
import type { Growth } from './results.js'
import { timeLimn, type RunOptions } from './run-case.js'
import { fittedExponent } from './statistics.js'

interface Sweep {
  readonly name: CaseName
  readonly along: string
  readonly values: readonly number[]
  /** What else differs from the case's own parameters. */
  readonly fixed?: Parameters
}

/** What is varied: N, n, L, bins and density, each where it matters most. */
const sweeps: readonly Sweep[] = [
  { name: 'graphon-ntk', along: 'samples', values: [256, 512, 1024] },
  { name: 'graphon-ntk', along: 'bins', values: [16, 32, 64, 128], fixed: { samples: 512 } },
  { name: 'graphon-ntk', along: 'hiddenLayers', values: [2, 4, 8], fixed: { samples: 512 } },
  { name: 'dense-ntk', along: 'samples', values: [512, 1024, 2048] },
  { name: 'eigenvalues', along: 'samples', values: [256, 512, 1024] },
  { name: 'eigenvectors', along: 'samples', values: [256, 512, 1024] },
  { name: 'empirical-ntk', along: 'samples', values: [64, 128, 256], fixed: { width: 512 } },
  { name: 'empirical-ntk', along: 'width', values: [256, 512, 1024], fixed: { samples: 128 } },
  { name: 'empirical-ntk', along: 'density', values: [0.05, 0.1, 0.2], fixed: { samples: 128, width: 512 } },
  { name: 'synflow', along: 'width', values: [512, 1024, 2048] },
  { name: 'synflow', along: 'density', values: [0.02, 0.05, 0.1, 0.2], fixed: { width: 1024 } },
  { name: 'train-step-10', along: 'width', values: [512, 1024, 2048] },
  { name: 'train-step-10', along: 'density', values: [0.02, 0.05, 0.1, 0.2] },
]

/** Measures how limn's times grow. */
export async function measureScaling(
  names: readonly CaseName[],
  options: RunOptions,
  report: (text: string) => void,
): Promise<Growth[]> {
  const found: Growth[] = []
  for (const { name, along, values, fixed = {} } of sweeps) {
    if (!names.includes(name)) continue
    const seconds: number[] = []
    for (const value of options.quick ? values.slice(0, 2) : values) {
      seconds.push(await timeLimn(name, { ...fixed, [along]: value }, options))
    }
    const measured = values.slice(0, seconds.length)
    const growth = { name, along, values: measured, seconds, exponent: fittedExponent(measured, seconds) }
    report(`  ${name.padEnd(14)} ∝ ${along}^${growth.exponent.toFixed(2)}`)
    found.push(growth)
  }
  return found
}
