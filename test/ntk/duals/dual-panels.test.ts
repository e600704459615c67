import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds, withScratch } from '../../../src/linalg/kernels.js'
import { arcCosineDual } from '../../../src/ntk/duals/arc-cosine.js'
import { randomStream } from '../../../src/random/random.js'

/** Bytes between panels that no position takes. */
const padding = 32
const own = 0.75

describe.each(supportedKernelBuilds())('the arc-cosine step of the %s build', (build) => {
  const kernels = loadKernels(build)

  /** Largest errors of G / √(q q') and of Ġ in a block, against the scalar dual; exact where a sample meets itself or dies. */
  function worst(slope: number, positions: number, height: number, width: number): number {
    const dual = arcCosineDual(slope)
    const random = randomStream(7, 'dual panels', positions, height, width)
    const [i0, j0] = [1, 1]
    const panels = Math.max(j0 + width, Math.ceil((i0 + height) / 4))
    const ld = positions * 32 + padding
    const { call } = kernels
    return withScratch(kernels, (scratch) => {
      const constants = scratch.alloc(call.dualConstants())
      const table = scratch.alloc(panels * positions * 64)
      const [k, theta] = [0, 1].map(() => scratch.alloc(height * width * ld))
      const work = scratch.alloc(call.dualWorkspace())
      const variances = scratch.f64(table, panels * positions * 8)
      const [ks, thetas] = [k, theta].map((at) => scratch.f64(at, (height * width * ld) / 8))
      call.fillDualConstants(slope, constants)
      for (let at = 0; at < variances.length; at += 8) {
        for (let lane = 0; lane < 4; lane++) {
          const q = random.uniform() < 0.1 ? 0 : 2 ** (4 * random.uniform() - 2)
          variances[at + lane] = q
          variances[at + 4 + lane] = Math.sqrt(q)
        }
      }
      const items: { at: number; q: number; q2: number; k: number; theta: number }[] = []
      ks.fill(11)
      thetas.fill(12)
      for (let r = 0; r < height; r++) {
        for (let t = 0; t < width; t++) {
          for (let u = 0; u < positions; u++) {
            for (let lane = 0; lane < 4; lane++) {
              const i = i0 + r
              const q = variances[((i >> 2) * positions + u) * 8 + (i & 3)]
              const other = ((j0 + t) * positions + u) * 8 + lane
              const kind = Math.floor(4 * random.uniform())
              if (kind < 2 && r === 0 && height === 1) {
                variances[other] = q
                variances[other + 4] = Math.sqrt(q)
              }
              const q2 = variances[other]
              const extreme = q === q2 && kind < 2
              const cosine = Math.cos(0.02 + 3.1 * random.uniform())
              const covariance = extreme ? (kind === 0 ? q : -q) + 0 : Math.sqrt(q * q2) * cosine + 0
              const at = ((r * width + t) * ld + u * 32) / 8 + lane
              ks[at] = covariance
              thetas[at] = random.normal()
              items.push({ at, q, q2, k: covariance, theta: thetas[at] })
            }
          }
        }
      }
      call.dualPanels(...[0, slope, own, positions, constants, table, i0, height, j0, width, k, theta, ld, work])
      let error = 0
      for (const { at, q, q2, k: covariance, theta: before } of items) {
        const { g, gDot } = dual.pair(q, q2, covariance)
        if (q * q2 === 0 || (slope === 0 && covariance === -q && q === q2)) {
          expect(ks[at]).toBe(g)
          expect(thetas[at]).toBe(own * g + gDot * before)
        }
        const norm = Math.sqrt(q * q2) || 1
        error = Math.max(error, Math.abs(ks[at] - g) / norm)
        error = Math.max(error, Math.abs(thetas[at] - own * ks[at] - gDot * before) / (1 + norm + Math.abs(before)))
      }
      const touched = items.length
      expect(ks.filter((value) => value === 11)).toHaveLength(ks.length - touched)
      expect(thetas.filter((value) => value === 12)).toHaveLength(thetas.length - touched)
      return error
    })
  }

  it.each([
    [1, 1, 1],
    [1, 5, 3],
    [1, 2, 90],
    [2, 3, 4],
    [3, 1, 7],
    [7, 2, 2],
    [64, 1, 3],
    [130, 2, 1],
  ])(
    'is the scalar dual for %d positions, %d rows and %d panels, and exact for opposite and dead samples',
    (...shape) => {
      for (const slope of [0, 0.3, -0.5, 1]) expect(worst(slope, ...shape)).toBeLessThan(3e-14)
    },
  )
})
