// Which estimator of a graphon is best, and how fast do its errors fall? Masks of known graphons, every estimator, errors
// against the truth. Run it with: npx tsx examples/estimators.ts            (a few seconds)
//                                npx tsx examples/estimators.ts --full     (16 graphons, n = 64 … 1024; long)
//                                npx tsx examples/estimators.ts --graphons=checkerboard --widths=64,256 --trials=2

import { estimatorNames, referenceNames, simulateEstimators, type EstimatorName } from 'limn'

const flag = (name: string): string | undefined =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
const full = process.argv.includes('--full')
const list = flag('graphons')?.split(',')
const graphons = list
  ? referenceNames.filter((name) => list.includes(name))
  : full
    ? referenceNames
    : referenceNames.slice(0, 2)
const widths = flag('widths')?.split(',').map(Number) ?? (full ? [64, 128, 256, 512, 1024] : [32, 64])
const trials = Number(flag('trials') ?? (full ? 2 : 1))

const results = simulateEstimators({ graphons, widths, trials, seed: 0 })
const single = estimatorNames.filter((name) => name !== 'auto')
const pad = (text: string) => text.padStart(15)
console.log(`mean squared error at the units × 10⁴, ${trials} masks each`)
console.log('graphon'.padEnd(16) + pad('n') + estimatorNames.map(pad).join('') + pad('auto / best'))
for (const graphon of graphons) {
  const of = (name: EstimatorName) => results.find((r) => r.graphon === graphon && r.estimator === name)!
  widths.forEach((n, i) => {
    const error = (name: EstimatorName) => of(name).points[i].error
    const ratio = error('auto') / Math.min(...single.map(error))
    const cells = estimatorNames.map((name) => pad((1e4 * error(name)).toPrecision(3)))
    console.log(graphon.padEnd(16) + pad(String(n)) + cells.join('') + pad(ratio.toFixed(2)))
  })
  console.log(
    graphon.padEnd(16) + pad('rate') + estimatorNames.map((name) => pad(of(name).rate?.toFixed(2) ?? '–')).join(''),
  )
}
const seconds = estimatorNames.map((name) => {
  const times = results.filter((r) => r.estimator === name).map((r) => r.points.at(-1)!.seconds)
  return pad(Math.min(...times).toFixed(2))
})
console.log('least seconds'.padEnd(16) + pad(`n = ${widths.at(-1)!}`) + seconds.join(''))
