import type { Case } from './cases/case.js'
import { cases, type CaseName } from './cases/cases.js'
import type { Parameters } from './contestant.js'
import { startLimn } from './limn/start.js'
import type { Growth } from './results.js'
import { withFolder, type RunOptions } from './run-case.js'
import { fittedExponent } from './statistics.js'

interface Sweep {
  readonly name: CaseName
  readonly along: string
  readonly values: readonly number[]
  /** What else differs from the case's own parameters. */
  readonly fixed?: Parameters
}

/** What is varied: N, n, L, bins and density, each where it matters. */
const sweeps: readonly Sweep[] = [
  { name: 'graphon-ntk', along: 'samples', values: [128, 256, 512, 1024] },
  { name: 'graphon-ntk', along: 'bins', values: [16, 32, 64, 128], fixed: { samples: 512 } },
  { name: 'graphon-ntk', along: 'hiddenLayers', values: [2, 4, 8, 16], fixed: { samples: 256 } },
  { name: 'dense-ntk', along: 'samples', values: [512, 1024, 2048, 4096] },
  { name: 'dense-ntk', along: 'hiddenLayers', values: [2, 4, 8, 16], fixed: { samples: 1024 } },
  { name: 'eigenvalues', along: 'samples', values: [256, 512, 1024, 2048] },
  { name: 'eigenvectors', along: 'samples', values: [256, 512, 1024, 2048] },
  { name: 'empirical-ntk', along: 'samples', values: [64, 128, 256, 512], fixed: { width: 512 } },
  { name: 'empirical-ntk', along: 'width', values: [256, 512, 1024, 2048], fixed: { samples: 64 } },
  { name: 'empirical-ntk', along: 'density', values: [0.05, 0.1, 0.2, 0.4], fixed: { samples: 128, width: 512 } },
  { name: 'synflow', along: 'width', values: [256, 512, 1024, 2048], fixed: { rounds: 20 } },
  { name: 'synflow', along: 'density', values: [0.02, 0.05, 0.1, 0.2], fixed: { width: 1024 } },
  { name: 'synflow', along: 'hiddenLayers', values: [2, 4, 8, 16], fixed: { width: 512 } },
  { name: 'snip', along: 'width', values: [256, 512, 1024, 2048] },
  { name: 'snip', along: 'samples', values: [64, 128, 256, 512], fixed: { width: 1024 } },
  { name: 'train-step-10', along: 'width', values: [256, 512, 1024, 2048] },
  { name: 'train-step-10', along: 'density', values: [0.02, 0.05, 0.1, 0.2], fixed: { width: 1024 } },
  { name: 'train-step-10', along: 'samples', values: [32, 64, 128, 256], fixed: { width: 1024 } },
]

/** Runs at one point: this many, or fewer once they have taken so long (seconds). */
const mostRuns = 5
const enough = 0.8

/** The best time at every value, in one process; each value's first run warms up and counts only when it is long. */
async function sweepTimes({ name, along, values, fixed = {} }: Sweep, { threads }: RunOptions) {
  const { task, prepare, ...given }: Case = cases[name]
  return withFolder(async (folder) => {
    const limn = startLimn(task, folder)
    const points: { seconds: number; peakBytes: number }[] = []
    try {
      for (const value of values) {
        const parameters = { ...given.parameters, ...fixed, [along]: value }
        prepare(folder, parameters)
        await limn.load({ folder, parameters, threads })
        let [seconds, peakBytes] = [Infinity, 0]
        const begin = performance.now()
        for (let run = 0; run < mostRuns && (run < 2 || performance.now() - begin < 1000 * enough); run++) {
          const timing = await limn.run()
          seconds = Math.min(seconds, timing.seconds)
          peakBytes = timing.peakBytes
        }
        points.push({ seconds, peakBytes })
      }
    } finally {
      await limn.close()
    }
    return points
  })
}

/** Measures how limn's times grow. */
export async function measureScaling(
  names: readonly CaseName[],
  options: RunOptions,
  report: (text: string) => void,
): Promise<Growth[]> {
  const found: Growth[] = []
  for (const sweep of sweeps) {
    const { name, along, fixed = {} } = sweep
    if (!names.includes(name)) continue
    const values = options.quick ? sweep.values.slice(0, 2) : sweep.values
    const points = await sweepTimes({ ...sweep, values }, options)
    const seconds = points.map((point) => point.seconds)
    const exponent = fittedExponent(values, seconds)
    found.push({ name, along, fixed, values, seconds, peakBytes: points.map(({ peakBytes }) => peakBytes), exponent })
    report(
      `  ${name.padEnd(14)} ∝ ${along}^${exponent.slope.toFixed(2)} ± ${exponent.standardError.toFixed(2)}  ` +
        `(${seconds[0].toPrecision(3)} … ${seconds[seconds.length - 1].toPrecision(3)} s)`,
    )
  }
  return found
}
