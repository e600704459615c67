import { writeFileSync } from 'node:fs'
import { encodeNpz } from '../../src/data/npz.js'
import { randomStream } from '../../src/random/random.js'

/** Writes a small classification problem as .npz: x `[n, d]` standard normal plus a class mean, y `[n]` in turn. */
export function writeSamples(file: string, n: number, d: number, classes: number, seed = 0): void {
  const random = randomStream(seed, 'samples')
  const y = Int32Array.from({ length: n }, (_, i) => i % classes)
  const means = Float64Array.from({ length: classes * d }, () => random.normal())
  const x = Float64Array.from({ length: n * d }, (_, k) => random.normal() + means[y[Math.floor(k / d)] * d + (k % d)])
  writeFileSync(
    file,
    encodeNpz(
      new Map([
        ['x', { shape: [n, d], data: x }],
        ['y', { shape: [n], data: y }],
      ]),
    ),
  )
}
