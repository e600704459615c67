import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { criterionNames } from '../../src/prune/criteria.js'
import { methodLimitations } from '../../src/study/own-modules.js'
import { randomStream } from '../../src/random/random.js'
import type { Verdict } from '../../src/graphon/convergence/limit-test/verdict.js'
import {
  kernelKinds,
  rungs,
  type Findings,
  type KernelKind,
  type Rung,
  type TrendFinding,
  type VerdictFinding,
} from '../../src/study/findings.js'

export interface SyntheticOptions {
  readonly methods?: readonly string[]
  readonly widths?: readonly number[]
  readonly densities?: readonly number[]
  readonly trials?: number
  readonly bins?: number
  readonly hiddenLayers?: number
  /** Side of the square input image. */
  readonly side?: number
  readonly samples?: number
  readonly steps?: number
  readonly empirical?: boolean
}

/** How each invented method behaves: slopes of its graphons, how it favours the image's centre, how it drifts. */
const character: Readonly<
  Record<string, { slope: number; centre: number; drift: number; kept: number; lazy: number }>
> = {
  random: { slope: 0.1, centre: 0, drift: 0, kept: 0.02, lazy: 0.03 },
  magnitude: { slope: 0.15, centre: 0.02, drift: 0.005, kept: 0.05, lazy: 0.05 },
  snip: { slope: 0.9, centre: 1, drift: 0.02, kept: 0.6, lazy: 0.12 },
  grasp: { slope: 1.4, centre: 0.8, drift: 0.03, kept: 0.9, lazy: 0.4 },
  synflow: { slope: 1.1, centre: 0.3, drift: 0.07, kept: 0.12, lazy: 0.08 },
}

const trendFinding = (verdict: Verdict, reason: string): TrendFinding => ({
  verdict,
  reason,
  rate: verdict === 'drifting' ? 0.2 : null,
  rateLower: verdict === 'drifting' ? 0.1 : null,
  rateUpper: verdict === 'drifting' ? 0.3 : null,
  remaining: 0.04,
})

function verdictOf(method: string, matrixIndex: number, trials: number): VerdictFinding {
  const drifts = method === 'synflow' && matrixIndex === 2
  const budget = drifts
    ? trendFinding(
        'drifting',
        'still moves by 7.0 % from width 512 to 1024 at rate 0.20 (0.10 … 0.30): these widths show no limit',
      )
    : trendFinding('converged', 'no change beyond noise; at most 0.2 % from width 512 to 1024')
  const shape =
    trials < 3 ? null : trendFinding('converged', 'no change beyond noise; at most 4.0 % from width 512 to 1024')
  const verdict = drifts ? 'drifting' : shape ? 'converged' : 'undecided'
  return {
    verdict,
    restsOn: drifts ? 'budget' : shape ? 'both' : 'shape',
    reason: drifts ? `budget: ${budget.reason}` : shape ? 'nothing moves' : 'shape: fewer than 3 trials',
    budget,
    shape,
    structure:
      trials < 3 ? null : { structured: method !== 'random', distance: method === 'random' ? 0 : 0.4, score: 12 },
    observed: { dead_units: trendFinding('converged', 'zero at every width') },
  }
}

const clamp = (x: number) => Math.min(1, Math.max(0, x))

function chainOf(method: string, density: number, width: number, o: Required<SyntheticOptions>): GraphonChain {
  const { slope, centre } = character[method] ?? character['random']
  const { side, hiddenLayers, bins } = o
  const noise = randomStream(7, 'chain', method, width)
  const speckle = () => (noise.normal() * 0.4 * bins) / width
  const tilt = (u: number) => Math.exp(slope * (0.5 - u)) / (slope > 0.05 ? (2 * Math.sinh(slope / 2)) / slope : 1)
  const fill = (rows: number, cols: number, value: (i: number, j: number) => number): Matrix => {
    const m = matrix(rows, cols)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++) m.data[i * cols + j] = clamp(value(i, j) + 0.1 * speckle())
    return m
  }
  const pixel = (j: number) => {
    const r2 = ((j % side) / side - 0.5) ** 2 + (Math.floor(j / side) / side - 0.5) ** 2
    return 1 - centre + centre * 3 * Math.exp(-r2 * 14)
  }
  const u = (i: number) => (i + 0.5) / bins
  const W = [
    fill(bins, side * side, (i, j) => density * 0.8 * tilt(u(i)) * pixel(j)),
    ...Array.from({ length: hiddenLayers - 1 }, () =>
      fill(bins, bins, (i, j) => density * tilt(u(i)) * tilt(u(j)) ** 1.3),
    ),
    fill(10, bins, (_, j) => density * 3 * tilt(u(j))),
  ]
  return {
    W,
    V: W.map((m) =>
      matrix(
        m.rows,
        m.cols,
        m.data.map((value) => 2.2 * value),
      ),
    ),
    measures: Array.from({ length: hiddenLayers }, () => new Float64Array(bins).fill(1 / bins)),
  }
}

/** Findings of a study that never was: shapes, magnitudes and failures are those of MNIST networks, the numbers are invented. */
export function syntheticFindings(options: SyntheticOptions = {}): Findings {
  const o: Required<SyntheticOptions> = {
    methods: ['random', 'magnitude', 'snip', 'grasp', 'synflow'],
    widths: [128, 256, 512, 1024],
    densities: [0.2],
    trials: 3,
    bins: 64,
    hiddenLayers: 3,
    side: 28,
    samples: 256,
    steps: 200,
    empirical: true,
    ...options,
  }
  const each = <Item>(make: (method: string, density: number, width: number, m: number) => readonly Item[]) =>
    o.densities.flatMap((density) =>
      o.methods.flatMap((method, m) => o.widths.flatMap((width) => make(method, density, width, m))),
    )
  const kindOf = (method: string) => character[method] ?? character['random']
  const matrices = Array.from({ length: o.hiddenLayers + 1 }, (_, i) => i + 1)

  const pruning = each((method, density, width, m) => {
    const { drift, slope } = kindOf(method)
    const doublings = Math.log2(width / 128)
    return [
      {
        method,
        density,
        width,
        layerDensity: matrices.map((l) =>
          clamp(
            density *
              (l === matrices.length ? 1 + slope * 2 : 1 + 0.4 * slope * Math.cos(l + m)) *
              (1 - drift * doublings * l),
          ),
        ),
        layerDensitySd: matrices.map((l) => (o.trials > 1 ? 0.004 * l * (1 + drift) : 0)),
        deadFraction: matrices.slice(1).map((l) => clamp(drift * doublings * l * 0.5)),
      },
    ]
  })

  const structures = each((method, density, width) => {
    const { slope, drift } = kindOf(method)
    const isUneven = slope > 0.5
    const degrees = (mean: number) => ({
      mean,
      ratio: isUneven ? 1 + 4 * slope : 1,
      regular: 0,
      chance: isUneven ? 0 : o.trials,
      uneven: isUneven ? o.trials : 0,
      constant: 0,
    })
    return [
      {
        method,
        density,
        width,
        trials: o.trials,
        keptDensity: density,
        effectiveDensity: density * (1 - drift),
        effectiveDensitySd: o.trials > 1 ? 0.001 * density : 0,
        logPaths: 6.7 + matrices.length * Math.log(density * width),
        logPathDensity: matrices.length * Math.log(density),
        effectiveInputs: o.side * o.side * (1 - drift),
        collapsed: 0,
        matrices: matrices.map((l) => ({
          matrix: l,
          density,
          effectiveDensity: density * (1 - drift),
          fanIn: degrees(density * (l === 1 ? o.side * o.side : width)),
          fanOut: degrees(density * (l === matrices.length ? 10 : width)),
          first: density * width * (1 + slope / 4),
          second: 2 * Math.sqrt(density * width) * (1 + slope),
          regularity: 1 / (1 + slope / 4),
          bound: 2 * Math.sqrt(density * width - 1),
          within: isUneven ? 0 : o.trials,
          judged: o.trials,
        })),
      },
    ]
  })

  const graphons = each((method, density, width) => {
    const chain = chainOf(method, density, width, o)
    return [
      { method, density, width, chain, pathDensity: density ** matrices.length * (1 + kindOf(method).slope) ** 3 },
    ]
  })

  const widest = Math.max(...o.widths)
  const convergence = o.densities.flatMap((density) =>
    o.methods.flatMap((method) =>
      matrices.map((matrixIndex) => ({
        method,
        density,
        matrix: matrixIndex,
        points: o.widths.map((width, i) => {
          const floor = (0.35 * o.bins) / width / Math.sqrt(o.trials) / matrixIndex ** 0.3
          const { drift } = kindOf(method)
          const moved = drift * 0.5 * (matrixIndex === 2 ? 1 : 0.3)
          return {
            width,
            toWidest: width === widest ? null : floor * 1.05 + moved * Math.log2(widest / width),
            toWidestFloor: width === widest ? null : floor,
            successive: i === 0 ? null : floor * 1.6 + moved,
            successiveFloor: i === 0 ? null : floor * 1.5,
            splitHalf: o.trials > 1 ? floor * 1.2 : null,
            shapeChange: i === 0 || o.trials < 3 ? null : (floor * 1.6 + moved) / density,
            shapeFloor: i === 0 || o.trials < 3 ? null : (floor * 1.5) / density,
            spread: o.trials < 3 ? null : (floor * 2) / density,
            spreadSampled: o.trials < 3 ? null : (floor * 1.9) / density,
          }
        }),
        test: verdictOf(method, matrixIndex, o.trials),
      })),
    ),
  )

  const motifs = o.densities.flatMap((density) =>
    o.methods.flatMap((method) =>
      matrices.map((matrixIndex) => {
        const { slope } = kindOf(method)
        const ratios = ['row-cherry', 'column-cherry', 'path3', 'cycle-4'].flatMap((motif, k) =>
          o.widths.map((width) => ({
            motif,
            width,
            mean: 1 + slope * (k + 1) * (motif === 'cycle-4' ? 1 + 20 / width : 1),
            sd: o.trials > 1 ? (0.4 * slope) / Math.sqrt(width) : 0,
            unstructured: motif === 'cycle-4' ? 1 + 20 / width : null,
          })),
        )
        const counting =
          o.widths.length < 2
            ? null
            : {
                from: o.widths.at(-2)!,
                to: o.widths.at(-1)!,
                cutLower: 0.01,
                cutUpper: 0.011,
                motifs: ['edge', 'cycle-4'].map((motif, k) => ({
                  motif,
                  from: density ** (3 * k + 1),
                  to: 1.01 * density ** (3 * k + 1),
                  bound: 0.011 * (3 * k + 1),
                })),
              }
        return { method, density, matrix: matrixIndex, ratios, counting }
      }),
    ),
  )

  const closedForms = each((method, density, width) =>
    ['random', 'magnitude', 'snip'].includes(method)
      ? [
          {
            method,
            density,
            width,
            matrices: matrices.map((matrixIndex) => ({
              matrix: matrixIndex,
              predictedDensity: density,
              density: 1.02 * density,
              distance: 5 / width + 0.02,
              floor: 5 / width,
              structure: 5 / width + kindOf(method).slope / 5,
              explained: method === 'snip' ? 0.9 + 0.01 * matrixIndex : null,
              cutLower: 0.01,
              cutUpper: 0.011,
            })),
            graphons:
              width === Math.max(...o.widths)
                ? {
                    predicted: chainOf(method, density, 4 * width, o).W,
                    estimate: chainOf(method, density, width, o).W,
                  }
                : null,
          },
        ]
      : [],
  )

  const scaleOf = (method: string, density: number) => density ** matrices.length * (1 + kindOf(method).slope) ** 3
  const spectra = each((method, density, width) => {
    const { kept, slope } = kindOf(method)
    const amplitudes: Record<KernelKind, number> = {
      dense: 1,
      graphon: scaleOf(method, density),
      energy: scaleOf(method, density) * (1 + slope),
      empirical: scaleOf(method, density) * (1 + slope) * (1 + 6 * kept ** 2),
    }
    return kernelKinds
      .filter((kernel) => kernel !== 'empirical' || o.empirical)
      .map((kernel) => {
        const steep = kernel === 'empirical' ? 1.15 + 0.8 * kept : 1.15
        const eigenvalues = Array.from(
          { length: o.samples },
          (_, k) => amplitudes[kernel] * 90 * (k + 1) ** -steep * (k === 0 ? 1.6 : 1),
        )
        const trace = eigenvalues.reduce((a, b) => a + b, 0)
        const shares = eigenvalues.map((value) => value / trace)
        const distance: Record<KernelKind, number | null> = {
          dense: 40,
          graphon: 0.05 + kept + 4 / Math.sqrt(width),
          energy: 0.01 + 0.9 * kept ** 1.5 + 3 / Math.sqrt(width),
          empirical: null,
        }
        return {
          method,
          density,
          width,
          kernel,
          eigenvalues,
          trace,
          alpha: o.samples > 2 ? steep : null,
          alphaStandardError: o.samples > 2 ? 0.02 : null,
          effectiveRank: trace / eigenvalues[0],
          entropyRank: Math.exp(-shares.reduce((sum, p) => sum + p * Math.log(p), 0)),
          gap: o.samples > 1 ? eigenvalues[0] / eigenvalues[1] : null,
          top5Energy: shares.slice(0, 5).reduce((a, b) => a + b, 0),
          conditionNumber: eigenvalues[0] / eigenvalues[eigenvalues.length - 1],
          warning: null,
          targetAlignment: 0.22 + 0.3 * kept * (kernel === 'empirical' ? 1 : 0.1),
          errorToEmpirical: o.empirical ? distance[kernel] : null,
        }
      })
  })

  const curve = (rate: number, tail: number) =>
    Array.from(
      { length: o.steps + 1 },
      (_, t) => 0.45 * ((1 - tail) * Math.exp((-rate * t) / 200) + tail / (1 + (0.02 * rate * t) / 20)),
    )
  const training = each((method, density, width) => {
    if (width !== widest) return []
    const { kept, lazy } = kindOf(method)
    return Array.from({ length: o.trials }, (_, trial) => {
      const rate = 5 + 2 * kept + 0.3 * trial
      const loss = curve(rate, 0.35)
      const rates: Record<Rung, number> = {
        scale: rate * (1 - 0.75 * (0.2 + kept)),
        shape: rate * (1 - 0.7 * (0.2 + kept)),
        weights: rate * (1 - 0.35 * (0.1 + kept)),
        'finite-width': rate * (1 - 0.2 * lazy),
      }
      const predictions = rungs
        .filter((rung) => rung !== 'finite-width' || o.empirical)
        .map((rung) => {
          const predicted = curve(rates[rung], 0.35)
          const gaps = predicted.map((value, t) => Math.abs(value - loss[t]) / loss[0])
          return {
            rung,
            loss: predicted,
            relativeError: Math.sqrt(gaps.reduce((sum, gap) => sum + gap * gap, 0) / gaps.length),
            area: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
          }
        })
      return {
        method,
        density,
        width,
        trial,
        learningRate: 0.1 / scaleOf(method, density),
        loss,
        trainAccuracy: 0.93 - 0.05 * kept,
        testAccuracy: trial === 0 ? 0.85 - 0.05 * kept : null,
        laziness: o.empirical ? lazy * (1 + 0.1 * trial) : null,
        predictions,
      }
    })
  })

  const where = { scope: 'global', hiddenLayers: o.hiddenLayers } as const
  return {
    provenance: {
      title: 'What five pruning methods do to a network on MNIST',
      study:
        '# quickstart\ndata: mnist\nhiddenLayers: 3\nwidths: [128, 256, 512, 1024]\nmethods: [random, magnitude, snip, grasp, synflow]\ndensities: [0.2]\ntrials: 3\n',
      limnVersion: '0.1.0',
      runtime: 'Node v20.20.2',
      kernelBuild: 'relaxed-simd',
      seed: 0,
      data: 'mnist',
      samples: o.samples,
      inputs: o.side * o.side,
      classes: 10,
      classesPresent: 10,
      hiddenLayers: [o.hiddenLayers],
      trials: o.trials,
      bins: o.bins,
      activation: 'relu',
      convention: 'masked',
      scope: 'global',
      runs: o.methods.length * o.widths.length * o.densities.length * o.trials,
    },
    methods: o.methods,
    limitations: methodLimitations(
      o.methods.filter((method) => criterionNames.some((name) => name === method)),
      [],
    ),
    widths: o.widths,
    densities: o.densities,
    settings: o.densities.map((density) => ({ ...where, density })),
    pruning: pruning.map((item) => ({ ...item, ...where })),
    structures: structures.map((item) => ({ ...item, ...where })),
    graphons: graphons.map((item) => ({ ...item, ...where })),
    convergence: convergence.map((item) => ({ ...item, ...where })),
    motifs: motifs.map((item) => ({ ...item, ...where })),
    closedForms: closedForms.map((item) => ({ ...item, ...where })),
    spectra: spectra.map((item) => ({ ...item, ...where })),
    // The same operator, on a hundred times the samples.
    topSpectra: spectra
      .filter(({ kernel, width }) => kernel === 'graphon' && width === widest)
      .map(({ method, density, width, kernel, eigenvalues, trace, ...metrics }) => ({
        method,
        density,
        width,
        kernel,
        samples: 100 * o.samples,
        trace: 100 * trace,
        eigenvalues: eigenvalues.slice(0, 20).map((value, k) => 100 * value * (1 + 0.01 * k)),
        residual: 3e-11,
        smallest: 0,
        alpha: metrics.alpha,
        alphaStandardError: metrics.alphaStandardError,
        effectiveRank: metrics.effectiveRank,
        gap: metrics.gap,
        top5Energy: metrics.top5Energy,
        ...where,
      })),
    training: training.map((item) => ({ ...item, ...where })),
    untrained: [],
    failed: [],
    protocol: {
      steps: o.steps,
      trainedTrials: o.trials,
      stepSize: { share: 0.5 },
      sigmaW2: null,
      sigmaB2: 0,
      weights: 'kept',
      rescale: 'none',
      estimator: 'histogram',
      pruningSamples: o.samples,
      temperature: { value: 1, methods: ['grasp'] },
      testSamples: 1000,
      standardized: true,
    },
  }
}
