// Which estimator of a graphon is best, and how fast do its errors fall? Masks of known graphons, every estimator, errors
// against the truth. Run it with: npx tsx examples/estimators.ts                     (two graphons, a few seconds)
//                                npx tsx examples/estimators.ts --full --seed=101    (16 graphons, n = 64 … 512; long)
//                                npx tsx examples/estimators.ts --graphons=checkerboard --widths=64,256 --trials=2

import { estimatorNames } from 'limn'
import { referenceNames, simulateEstimators, type SimulatedEstimator } from 'limn/graphon'

const flag = (name: string): string | undefined =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
const full = process.argv.includes('--full')
const list = flag('graphons')?.split(',')
const graphons = list
  ? referenceNames.filter((name) => list.includes(name))
  : full
    ? referenceNames
    : referenceNames.slice(0, 2)
const widths = flag('widths')?.split(',').map(Number) ?? (full ? [64, 128, 256, 512] : [32, 64])
const trials = Number(flag('trials') ?? (full ? 3 : 1))
const seed = Number(flag('seed') ?? 0)

const pad = (text: string) => text.padStart(15)
const row = (name: string, n: string, cells: readonly string[]) =>
  console.log(name.padEnd(16) + pad(n) + cells.map(pad).join(''))

console.log(`10⁴ × mean squared error at the units; seed ${seed}, mean of ${trials} masks; rate: error ~ n^−rate`)
row('graphon', 'n', [...estimatorNames, 'auto / best'])
const seconds: number[][] = []
for (const graphon of graphons) {
  const results: SimulatedEstimator[] = simulateEstimators({ graphons: [graphon], widths, trials, seed })
  const errors = (i: number) => results.map(({ points }) => points[i].error)
  widths.forEach((n, i) => {
    const best = Math.min(...errors(i).filter((_, e) => estimatorNames[e] !== 'auto'))
    const ratio = errors(i)[estimatorNames.indexOf('auto')] / best
    row(graphon, String(n), [...errors(i).map((error) => (1e4 * error).toPrecision(3)), ratio.toFixed(2)])
  })
  const rates = results.map(({ rate }) => (rate === null ? '–' : rate.toFixed(2)))
  if (widths.length > 1) row(graphon, 'rate', rates)
  seconds.push(results.map(({ points }) => points.at(-1)!.seconds))
}
const least = estimatorNames.map((_, e) => Math.min(...seconds.map((times) => times[e])).toFixed(2))
row('least seconds', `n = ${widths.at(-1)!}`, least)
