import { describe, expect, it } from 'vitest'
import { filled, matrixOf } from '../../src/linalg/matrix.js'
import { convergenceSentence } from '../../src/plot/convergence.js'
import { densitiesSentence } from '../../src/plot/densities.js'
import { driftSentence } from '../../src/plot/drift.js'
import { settingName } from '../../src/plot/figures.js'
import { graphonMoments, halfMassFraction, inputDensity, inputsSentence } from '../../src/plot/graphons.js'
import { kernelErrorSentence } from '../../src/plot/kernel-error.js'
import { ladderSentence } from '../../src/plot/ladder.js'
import { meanCurve, rungError, trainingSentence } from '../../src/plot/training.js'
import type { Verdict } from '../../src/graphon/convergence/limit-test/verdict.js'
import { verdictSentence } from '../../src/plot/verdicts.js'
import { widthsSentence } from '../../src/plot/widths.js'
import type {
  ConvergenceFinding,
  Findings,
  Rung,
  SpectrumFinding,
  TrainingFinding,
  VerdictFinding,
} from '../../src/study/findings.js'
import { syntheticFindings } from '../report/synthetic-findings.js'

const oneTrial = {
  verdict: 'undecided',
  reason: 'one trial only',
  rate: null,
  rateLower: null,
  rateUpper: null,
  remaining: null,
} as const
const undecided: VerdictFinding = {
  verdict: 'undecided',
  restsOn: 'shape',
  reason: 'one trial only',
  budget: oneTrial,
  shape: null,
  structure: null,
  observed: {},
}

function moving(method: string, matrix: number, ratio: number, floor = 0.01): ConvergenceFinding {
  const unknown = { shapeChange: null, shapeFloor: null, spread: null, spreadSampled: null }
  const point = { toWidest: null, toWidestFloor: null, splitHalf: null, ...unknown }
  return {
    method,
    density: 0.2,
    scope: 'global',
    hiddenLayers: 3,
    matrix,
    points: [
      { ...point, width: 1024, successive: ratio * floor, successiveFloor: floor },
      { ...point, width: 512, successive: null, successiveFloor: null },
    ],
    test: undecided,
  }
}

describe('convergence', () => {
  it('names the matrix that moves most, in noise floors, between the two largest widths', () => {
    expect(convergenceSentence([moving('random', 1, 1.1), moving('synflow', 2, 3.1), moving('snip', 3, 2.5)])).toBe(
      'SynFlow’s W² still moves: from width 512 to 1024 its distance is 3.10 times the noise floor, and 1 other matrix of 3 in all is at 2 times or more.',
    )
    expect(convergenceSentence([moving('random', 1, 1.1), moving('synflow', 2, 3.1)])).toContain(
      'the only one of 2 at 2 times or more',
    )
  })

  it('says that nothing moves when all is within two noise floors', () => {
    expect(convergenceSentence([moving('random', 1, 1.1), moving('snip', 4, 1.9)])).toBe(
      'From width 512 to 1024 no graphon moves by 2 times the noise floor or more: the largest distance, that of SNIP’s W⁴, is 1.90 times the noise floor.',
    )
  })

  it('says nothing without a second width or with a floor of 0', () => {
    const nothing = 'With one width, or without a noise floor, nothing can be said about convergence.'
    expect(convergenceSentence([])).toBe(nothing)
    expect(convergenceSentence([moving('random', 1, 1, 0)])).toBe(nothing)
  })
})

describe('verdicts', () => {
  const judged = (method: string, matrix: number, verdict: Verdict) =>
    ({ method, matrix, test: { verdict, structure: null } }) as ConvergenceFinding

  it('denies no limit that a closed form gives', () => {
    const sentence = verdictSentence([
      judged('magnitude', 1, 'drifting'),
      judged('synflow', 2, 'drifting'),
      judged('random', 1, 'converged'),
    ])
    expect(sentence).toBe(
      'Of 3 matrices, 1 converged and 2 drifting at these widths; these widths show no limit for SynFlow’s W²; still far from the limit that a closed form gives: Magnitude’s W¹.',
    )
  })
})

describe('densities', () => {
  const item = {
    density: 0.2,
    scope: 'global',
    hiddenLayers: 1,
    width: 64,
    layerDensitySd: [0, 0],
    deadFraction: [0],
  } as const

  it('names the most uneven method and the deadest layer', () => {
    const items = [
      { ...item, method: 'random', layerDensity: [0.2, 0.21] },
      { ...item, method: 'synflow', layerDensity: [0.1, 0.9], deadFraction: [0.25] },
    ]
    expect(densitiesSentence(items)).toBe(
      'At width 64, SynFlow spreads its weights most unevenly, from density 0.100 in W¹ to 0.900 in W²; 25.0 % of the units of hidden layer 1 are dead under SynFlow, the most anywhere.',
    )
  })

  it('compares nothing when there is one method, or equal densities', () => {
    expect(densitiesSentence([{ ...item, method: 'snip', layerDensity: [0.1, 0.9] }])).toBe(
      'At width 64, SNIP spreads its weights from density 0.100 in W¹ to 0.900 in W²; no hidden unit is dead.',
    )
    expect(densitiesSentence([{ ...item, method: 'random', layerDensity: [0.2, 0.2] }])).toContain(
      'every matrix keeps the same density, 0.200',
    )
  })

  it('takes densities that differ by less than what is shown, or by less than a weight, as the same', () => {
    // 0.3 of 25,600 and of 2560 weights with a rounding of either count.
    const nearly = { ...item, method: 'random', layerDensity: [0.3 - 1e-5, 0.3 + 1e-4] }
    expect(densitiesSentence([nearly])).toContain('every matrix keeps the same density, 0.300;')
    const few = { ...nearly, scope: 'layer', layerDensity: [7 / 24, 29 / 96] } as const
    expect(densitiesSentence([few, nearly])).toContain(
      'every matrix keeps the same density up to whole weights, from density 0.292 in W¹ to 0.302 in W²;',
    )
  })

  it('counts one hidden layer in the singular', () => {
    const findings = syntheticFindings({ bins: 4, side: 2, samples: 2, steps: 1, hiddenLayers: 1 })
    const settings = [1, 2].map((hiddenLayers) => ({ density: 0.2, scope: 'global' as const, hiddenLayers }))
    expect(settings.map((setting) => settingName({ ...findings, settings }, setting))).toEqual([
      ['1 hidden layer'],
      ['2 hidden layers'],
    ])
  })

  it('moves nothing from a number to the same number', () => {
    const ladder = (to: number): Findings => ({
      ...syntheticFindings({ bins: 4, side: 2, samples: 2, steps: 1, hiddenLayers: 1 }),
      methods: ['random'],
      pruning: [
        { ...item, method: 'random', layerDensity: [0.3, 0.3] },
        { ...item, method: 'random', width: 128, layerDensity: [0.3, to] },
      ],
    })
    expect(driftSentence(ladder(0.3001))).toBe(
      'From width 64 to 128, no matrix changes its density by more than 1.00 × 10⁻⁴.',
    )
    expect(driftSentence(ladder(0.3))).toBe('From width 64 to 128, no matrix changes its density.')
    expect(driftSentence(ladder(0.4))).toContain('from 0.300 to 0.400')
    const graphon = (width: number, value: number) => ({
      ...item,
      method: 'random',
      width,
      pathDensity: value,
      chain: { W: [filled(2, 3, value)], measures: [] },
    })
    const still = [graphon(64, 0.3), graphon(128, 0.3001)]
    expect(widthsSentence(still, ['random'], 1)).toContain('the mean of W¹ stays the same for every method;')
  })
})

describe('graphons', () => {
  const chain = {
    W: [
      matrixOf([
        [1, 0],
        [0, 0],
      ]),
      filled(3, 2, 0.5),
    ],
    measures: [Float64Array.of(0.25, 0.75)],
  }

  it('weighs bins by their measure', () => {
    expect(graphonMoments(chain, 1)).toEqual({ mean: 0.125, sd: Math.sqrt(0.125 - 0.125 ** 2) })
    expect(graphonMoments(chain, 2).mean).toBeCloseTo(0.5, 15)
    expect(graphonMoments(chain, 2).sd).toBeCloseTo(0, 7)
    expect([...inputDensity(chain)]).toEqual([0.25, 0])
  })

  it('finds how few inputs hold half of the weights', () => {
    expect(halfMassFraction(new Float64Array(10).fill(0.3))).toBe(0.5)
    expect(halfMassFraction(Float64Array.of(0, 0, 0, 1))).toBe(0.25)
    expect(halfMassFraction(new Float64Array(4))).toBeNull()
    expect(inputsSentence([{ method: 'snip', density: Float64Array.of(0, 1) }])).toBe(
      'Of the inputs, half of the weights that SNIP keeps in W¹ see 50.0 % of the pixels.',
    )
    expect(inputsSentence([{ method: 'snip', density: new Float64Array(4) }])).toBe(
      'No weight of the first matrix is kept.',
    )
  })
})

function trial(method: string, errors: Partial<Record<Rung, number>>): TrainingFinding {
  return {
    method,
    density: 0.2,
    scope: 'global',
    hiddenLayers: 3,
    width: 256,
    trial: 0,
    learningRate: 1,
    loss: [1, 0.5],
    trainAccuracy: 1,
    testAccuracy: null,
    laziness: null,
    predictions: Object.entries(errors).map(([rung, relativeError]) => ({
      rung: rung as Rung,
      loss: [1, 0.5],
      relativeError,
      area: relativeError,
    })),
  }
}

describe('training and the ladder', () => {
  const trials = [
    trial('random', { scale: 0.1, shape: 0.08, 'finite-width': 0.02 }),
    trial('random', { scale: 0.3, shape: 0.08, 'finite-width': 0.04 }),
    trial('snip', { scale: 0.9, shape: 0.95, 'finite-width': 0.1 }),
  ]

  it('averages over trials', () => {
    expect(rungError(trials.slice(0, 2), 'scale')).toBeCloseTo(0.2, 15)
    expect(rungError(trials, 'weights')).toBeNull()
    expect(
      meanCurve([
        [1, 2, 9],
        [3, 4],
      ]),
    ).toEqual([2, 3])
    expect(meanCurve([])).toEqual([])
  })

  it('judges by the highest rung there is', () => {
    expect(trainingSentence(['random', 'snip'], trials)).toBe(
      'At width 256, the empirical NTK of the finite network predicts the measured loss of Random (step size 1.00) with an error of 0.0300 of the initial loss, the smallest, and that of SNIP (step size 1.00) with 0.100, the largest.',
    )
    expect(trainingSentence(['random'], [trial('random', { shape: 0.5 })])).toBe(
      'At width 256, the Graphon NTK predicts the measured loss of Random (step size 1.00) with an error of 0.500 of the initial loss.',
    )
    expect(trainingSentence(['random'], [trial('random', {})])).toBe('No training was predicted.')
    expect(trainingSentence(['random'], [trial('random', { shape: Number.POSITIVE_INFINITY })])).toContain('diverges')
  })

  it('names the step that explains most and the one that hurts most', () => {
    expect(ladderSentence(['random', 'snip'], trials)).toBe(
      'The step that explains most is the finite network itself for SNIP (step size 1.00): the error falls from 0.950 to 0.100; the step that hurts most is the graphon’s shape for SNIP (step size 1.00), from 0.900 to 0.950.',
    )
    expect(ladderSentence(['random'], [trial('random', { scale: 0.1, shape: 0.2 })])).toBe(
      'No step of the ladder lowers the error of any method; the step that hurts most is the graphon’s shape for Random (step size 1.00), from 0.100 to 0.200.',
    )
    expect(ladderSentence(['random'], [trial('random', { scale: 0.1 })])).toContain('A single rung')
  })
})

it('measures kernels at the widest width where an empirical one exists', () => {
  const spectrum = (method: string, width: number, errorToEmpirical: number | null) =>
    ({ method, width, kernel: 'energy', errorToEmpirical }) as SpectrumFinding
  expect(
    kernelErrorSentence([spectrum('random', 512, 0.1), spectrum('grasp', 512, 1.01), spectrum('random', 1024, null)]),
  ).toBe(
    'At width 512, the energy Graphon NTK is within 0.100 (relative, Frobenius) of the finite network’s kernel for Random, the closest, and 1.01 away for GraSP, the farthest.',
  )
  expect(kernelErrorSentence([spectrum('random', 1024, null)])).toBe('No empirical kernel was computed.')
})
