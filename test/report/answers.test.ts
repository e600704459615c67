import { describe, expect, it } from 'vitest'
import { differs, pairedDifference, student95 } from '../../src/report/answers/paired.js'
import { html } from '../../src/report/html.js'
import { sections } from '../../src/report/sections.js'
import type { Section } from '../../src/report/sections/section.js'
import type {
  ConvergenceFinding,
  Findings,
  Rung,
  SpectrumFinding,
  StructureFinding,
  TrainingFinding,
} from '../../src/study/findings.js'
import { syntheticFindings, type SyntheticOptions } from './synthetic-findings.js'

type Name = keyof typeof sections

const small = { bins: 8, side: 4, samples: 16, steps: 10, widths: [64, 128] } as const
const study = (options: SyntheticOptions = {}) => syntheticFindings({ ...small, ...options })
const three = ['random', 'snip', 'synflow'] as const
const answer = (section: Name, findings: Findings) => sections[section].answer(findings).join(' ')
const names = Object.keys(sections) as Name[]

/** A study whose networks end at these losses, one for each trial. */
function ending(losses: Readonly<Record<string, readonly number[]>>, more: SyntheticOptions = {}): Findings {
  const methods = Object.keys(losses)
  const trials = Math.max(...Object.values(losses).map((own) => own.length))
  const findings = study({ methods, trials, ...more })
  const training = findings.training.flatMap((run): TrainingFinding[] => {
    const last = losses[run.method].at(run.trial)
    return run.trial < losses[run.method].length && last !== undefined
      ? [{ ...run, learningRate: 0.5, loss: [0.45, last] }]
      : []
  })
  return { ...findings, training }
}

/** A study whose predictions miss by these errors, by rung, one for each trial. */
function missing(errors: Readonly<Record<string, Partial<Record<Rung, readonly number[]>>>>): Findings {
  const methods = Object.keys(errors)
  const trials = Math.max(...Object.values(errors).flatMap((own) => Object.values(own).map((values) => values.length)))
  const findings = study({ methods, trials })
  const training = findings.training.map((run) => ({
    ...run,
    predictions: run.predictions.flatMap((one) => {
      const relativeError = errors[run.method][one.rung]?.[run.trial]
      return relativeError === undefined ? [] : [{ ...one, relativeError }]
    }),
  }))
  return { ...findings, training }
}

function judged(
  findings: Findings,
  verdict: (found: ConvergenceFinding) => Partial<ConvergenceFinding['test']>,
): Findings {
  const convergence = findings.convergence.map((found) => ({ ...found, test: { ...found.test, ...verdict(found) } }))
  return { ...findings, convergence }
}

const withSpectra = (findings: Findings, change: (one: SpectrumFinding) => Partial<SpectrumFinding>): Findings => ({
  ...findings,
  spectra: findings.spectra.map((one) => ({ ...one, ...change(one) })),
})

describe('differences between methods', () => {
  it('has Student’s t for any number of pairs', () => {
    // Abramowitz and Stegun, table 26.10.
    for (const [degrees, t] of [
      [1, 12.706],
      [2, 4.303],
      [3, 3.182],
      [5, 2.571],
      [30, 2.042],
    ])
      expect(Math.abs(student95(degrees) - t)).toBeLessThan(0.0006)
  })

  it('compares trials in pairs, over those that both have', () => {
    const of = (values: readonly number[]) => values.map((value, trial) => ({ trial, value }))
    // Spread of trials that both share is no spread of the difference.
    expect(pairedDifference(of([1, 5, 9]), of([2, 6, 10, 50]))).toEqual({
      pairs: 3,
      mean: 1,
      interval: { lower: 1, upper: 1 },
    })
    const two = pairedDifference(of([0, 0]), of([1, 3]))
    expect(two?.interval?.upper).toBeCloseTo(2 + 12.7062, 3)
    expect(differs(two)).toBe(false)
    expect(differs(pairedDifference(of([0]), of([1])))).toBeNull()
    expect(pairedDifference(of([0]), [{ trial: 4, value: 1 }])).toBeNull()
  })
})

describe('the answer of a section', () => {
  it('is asked of every section by its type', () => {
    // @ts-expect-error a section without an answer
    const without: Section = { title: 'Silent', opening: html``, figures: [] }
    // @ts-expect-error an answer without a sentence
    const empty: Section = { title: 'Empty', answer: () => [], opening: html``, figures: [] }
    expect([without.title, empty.title]).toEqual(['Silent', 'Empty'])
  })

  it.each<[string, Findings]>([
    ['a whole study', study()],
    ['one method', study({ methods: ['random'] })],
    ['one width', study({ widths: [64] })],
    ['one trial', study({ trials: 1 })],
    ['no empirical kernel', study({ empirical: false })],
    ['three densities', study({ densities: [0.05, 0.1, 0.2] })],
    ['a method of one’s own', study({ methods: ['random', 'mine'] })],
    [
      'nothing',
      {
        ...study(),
        pruning: [],
        structures: [],
        graphons: [],
        convergence: [],
        motifs: [],
        closedForms: [],
        spectra: [],
        training: [],
      },
    ],
  ])('is made of whole sentences of %s', (_, findings) => {
    for (const name of names) {
      const sentences = sections[name].answer(findings)
      expect(sentences.length, name).toBeGreaterThan(0)
      expect(sentences.length, name).toBeLessThan(6)
      for (const sentence of sentences) {
        expect(sentence, name).toMatch(/^\S.*[.]$/)
        expect(sentence, name).not.toMatch(
          /NaN|undefined|Infinity|\[object|null|(?:^|[ (])–|\(\)| {2}|\bof ,| {1}[.,;]/,
        )
      }
    }
  })
})

describe('the structure of masks', () => {
  const changed = (findings: Findings, change: (one: StructureFinding) => Partial<StructureFinding>): Findings => ({
    ...findings,
    structures: findings.structures.map((one) => ({ ...one, ...change(one) })),
  })

  it('says whose degrees are beyond chance, what leads nowhere, and which masks expand', () => {
    expect(answer('structure', study({ methods: three }))).toBe(
      'At width 128 fan-in or fan-out is more uneven than chance under SNIP and SynFlow; degrees cannot be told from chance under Random. ' +
        '7.0 % of SynFlow’s surviving weights lie on no path from an input to an output, the most, and 0 % of Random’s, the least. ' +
        'The second singular value is within the Ramanujan bound in every mask of Random, and above it in 12 of 12 masks of SNIP and 12 of 12 masks of SynFlow.',
    )
  })

  it('names the matrices where some are beyond chance and others are not, and calls what is even so', () => {
    const none = { regular: 0, chance: 0, uneven: 0, constant: 0, mean: 4, ratio: 0 }
    const found = changed(study({ methods: three }), ({ method, matrices, trials }) => ({
      matrices: matrices.map((one) => ({
        ...one,
        fanIn: {
          ...none,
          ...(method === 'random' ? { regular: trials, constant: one.matrix === 2 ? trials : 0 } : { chance: trials }),
        },
        fanOut: { ...none, ...(method === 'snip' && one.matrix < 3 ? { uneven: trials } : { chance: trials }) },
      })),
    }))
    expect(answer('structure', found)).toContain(
      'At width 128 fan-in or fan-out is more uneven than chance under SNIP (W¹ and W²); fan-in or fan-out is more regular than chance under Random; degrees cannot be told from chance under SynFlow.',
    )
  })

  it('says where no path is left, and counts nothing as lost there', () => {
    const found = changed(study({ methods: three }), ({ method, trials }) => ({
      collapsed: method === 'snip' ? trials : method === 'random' ? 1 : 0,
      ...(method === 'snip' ? { effectiveDensity: 0, logPaths: null, logPathDensity: null } : {}),
    }))
    const said = answer('structure', found)
    expect(said).toContain('No path is left under Random (1 of 3 networks) and SNIP.')
    expect(said).toContain('7.0 % of SynFlow’s surviving weights lie on no path')
    expect(said).not.toContain('of SNIP’s')
  })

  it('counts settings by whose degrees are beyond chance', () => {
    expect(answer('structure', study({ methods: three, densities: [0.1, 0.2] }))).toBe(
      'In both settings fan-in or fan-out is more uneven than chance under SNIP and SynFlow, and degrees cannot be told from chance under Random. ' +
        'In numbers for density 0.1: 7.0 % of SynFlow’s surviving weights lie on no path from an input to an output, the most, and 0 % of Random’s, the least.',
    )
  })

  it('does not speak of degrees that cannot differ', () => {
    const none = { regular: 0, chance: 0, uneven: 0, constant: 3, mean: 4, ratio: null }
    const found = changed(study({ methods: ['random'] }), ({ matrices, keptDensity }) => ({
      effectiveDensity: keptDensity,
      matrices: matrices.map((one) => ({ ...one, fanIn: none, fanOut: none })),
    }))
    expect(answer('structure', found)).toBe(
      'At width 128 every weight survives, so that degrees cannot differ. Practically every surviving weight lies on a path from an input to an output. The second singular value is within the Ramanujan bound in every mask of Random.',
    )
  })
})

describe('which method trained best', () => {
  it('names a clear winner, by how much, with the interval, the last and the seeds', () => {
    const found = ending({ random: [0.1, 0.11, 0.12], snip: [0.2, 0.22, 0.21], synflow: [0.4, 0.41, 0.42] })
    expect(answer('training', found)).toMatch(
      /^After 10 steps at width 128 Random trained best: its loss is 0\.110, that of the next, SNIP, is larger by 0\.100 \(95 % interval 0\.0752 … 0\.125 over 3 seeds\), more than the spread between seeds explains; the highest is 0\.410 \(SynFlow\)\.$/,
    )
  })

  it('calls a tie what seeds do not tell apart', () => {
    const found = ending({ random: [0.1, 0.12, 0.1], snip: [0.12, 0.1, 0.13], synflow: [0.4, 0.41, 0.45] })
    const said = answer('training', found)
    expect(said).toContain('the losses of Random (0.107) and SNIP (0.117) are lowest and cannot be told apart')
    expect(said).toMatch(/95 % interval −\d/)
    expect(said).not.toContain('trained best')
    const all = ending({ random: [0.1, 0.3, 0.1], snip: [0.3, 0.1, 0.2] })
    expect(answer('training', all)).toContain('no method trained better than another beyond the spread between seeds')
  })

  it('does not take one seed for an order', () => {
    const said = answer('training', ending({ random: [0.1], snip: [0.2], synflow: [0.3] }))
    expect(said).toContain('This is one seed: whether others would order the methods so is not known.')
    expect(said).not.toMatch(/trained best|interval/)
    const some = answer('training', ending({ random: [0.1, 0.1], snip: [0.2], synflow: [0.3, 0.3] }))
    expect(some).toContain('This is for some methods one seed alone')
    expect(some).not.toContain('trained best')
  })

  it('compares one method with nothing', () => {
    expect(answer('training', ending({ random: [0.1, 0.2] }))).toBe(
      'After 10 steps at width 128 the loss of Random went from 0.450 to 0.150 (mean of 2 seeds); no other method was trained that it could be held against.',
    )
  })

  it('says what could not be trained, and what the order hangs on', () => {
    const found = ending({ random: [0.1, 0.11], snip: [0.2, 0.21], synflow: [] })
    const untrained = found.pruning
      .filter(({ method, width }) => method === 'synflow' && width === 128)
      .flatMap((cell) => [0, 1].map((trial) => ({ ...cell, trial, why: 'diverged' as const, reason: '' })))
    const training = found.training.map((run) => ({ ...run, learningRate: run.method === 'snip' ? 5 : 0.5 }))
    const said = answer('training', { ...found, training, untrained })
    expect(said).toContain('At this width of SynFlow no network could be trained.')
    expect(said).toContain('2 of 6 networks could not be trained and say nothing here: SynFlow all.')
    expect(said).toContain('Step sizes are up to 10 times apart, and this order hangs on them.')
    const protocol = { ...found.protocol, steps: 0 }
    expect(answer('training', { ...found, training: [], protocol })).toBe(
      'No network was trained. The study asks for none.',
    )
    expect(answer('training', { ...found, training: [], untrained })).toBe(
      'No network was trained. Of 2 networks none came to a loss that is a number.',
    )
  })

  it('counts settings by what they say', () => {
    const found = ending({ random: [0.1, 0.11], snip: [0.2, 0.21] }, { densities: [0.1, 0.2, 0.3, 0.4] })
    expect(answer('training', found)).toMatch(
      /^In all 4 settings Random trained best\. In numbers for density 0\.1: After/,
    )
    const turned = found.training.map((run) =>
      run.density === 0.4 ? { ...run, loss: [0.45, run.method === 'snip' ? 0.01 : 0.1] } : run,
    )
    expect(answer('training', { ...found, training: turned })).toMatch(
      /^In 3 of 4 settings Random trained best; density 0\.4: SNIP trained best\. /,
    )
    const two = ending({ random: [0.1, 0.11], snip: [0.2, 0.21] }, { densities: [0.1, 0.2] })
    expect(answer('training', two)).toMatch(/^In both settings Random trained best\./)
    const half = two.training.filter(({ density }) => density === 0.2)
    expect(answer('training', { ...two, training: half })).toMatch(
      /^Density 0\.1: no network was trained; density 0\.2: Random trained best\. In numbers for density 0\.2: After/,
    )
    expect(answer('training', { ...two, training: [] })).toMatch(/^No network was trained\./)
  })
})

describe('whether there is a limit', () => {
  const of = (
    verdicts: Readonly<Record<string, ConvergenceFinding['test']['verdict']>>,
    options: SyntheticOptions = {},
  ) => judged(study({ methods: Object.keys(verdicts), ...options }), ({ method }) => ({ verdict: verdicts[method] }))

  it('tells methods that settle from those that move and those that are open', () => {
    const found = of({ random: 'converged', snip: 'converging', grasp: 'undecided', synflow: 'drifting' })
    expect(answer('convergence', found)).toMatch(
      /^Up to width 128 the masks of Random and SNIP settle on graphons as networks widen; those of SynFlow still move, and these widths show no limit; for GraSP these widths and trials do not tell\. /,
    )
    expect(answer('summary', found)).toContain('the masks of Random and SNIP settle on graphons')
  })

  it('names the matrices that move, and does not let one that does pass for settled', () => {
    const found = judged(study({ methods: ['synflow'] }), ({ matrix }) => ({
      verdict: matrix === 2 ? 'drifting' : 'converged',
    }))
    expect(answer('convergence', found)).toMatch(/^Up to width 128 the masks of SynFlow \(W²\) still move/)
  })

  it('knows where a closed form has the limit that widths do not show', () => {
    expect(answer('convergence', of({ magnitude: 'drifting', synflow: 'drifting' }))).toContain(
      'still move, and these widths show no limit; a closed form says that Magnitude has one',
    )
  })

  it('gives the last step in noise floors, and the one before', () => {
    const found = study({ methods: ['synflow'], widths: [64, 128, 256] })
    const convergence = found.convergence.map((one) => ({
      ...one,
      points: one.points.map((point, i) => ({
        ...point,
        successive: [null, 0.04, 0.02][i],
        successiveFloor: i === 0 ? null : one.matrix === 3 ? 0.005 : 0.02,
      })),
    }))
    expect(answer('convergence', { ...found, convergence })).toContain(
      'The longest last step: SynFlow’s W³ moves by 0.0200 in L² from width 128 to 256, 4.00 times what noise alone gives, after 0.0400 from 64 to 128.',
    )
    const near = convergence.map((one) => ({
      ...one,
      points: one.points.map((point) => ({ ...point, successiveFloor: 0.015 })),
    }))
    expect(answer('convergence', { ...found, convergence: near })).toContain(
      'The longest last step stays near the noise:',
    )
  })

  it('says what one width, few trials and missing verdicts leave open', () => {
    expect(answer('convergence', study({ widths: [64] }))).toBe(
      'There is one width, n = 64, in which no limit can be seen.',
    )
    const few = of({ random: 'undecided', snip: 'undecided', grasp: 'undecided' }, { trials: 1 })
    expect(answer('convergence', few)).toMatch(
      /^Up to width 128 these widths and trials do not tell whether the masks of all 3 methods settle\. Whether graphons are more than noise was not tested/,
    )
    const found = study({ methods: [...three] })
    const convergence = found.convergence.filter(({ method }) => method !== 'snip')
    expect(answer('convergence', { ...found, convergence })).toContain('of SNIP no verdict could be computed')
    expect(answer('convergence', { ...found, convergence: [] })).toContain('could not be computed')
  })
})

describe('which graphons have a pattern', () => {
  const structured = (methods: readonly string[], patterned: readonly string[]) =>
    judged(study({ methods }), ({ method, matrix }) => ({
      structure: { structured: patterned.includes(method), distance: matrix / 10, score: 9 },
    }))

  it('tells them from masks without structure', () => {
    expect(answer('graphons', structured(three, ['snip', 'synflow']))).toMatch(
      /^At width 128 the graphons of SNIP and SynFlow have a pattern beyond chance, most in SNIP’s W⁴, which is 0\.400 times its mean density away from a constant; those of Random cannot be told from masks without structure\. Paths .* densest under SynFlow/,
    )
    expect(answer('graphons', structured(['random', 'magnitude'], []))).toMatch(
      /^At width 128 the graphons of Random and Magnitude cannot be told from those of masks without structure\./,
    )
    expect(answer('graphons', structured(three, three))).toContain('the graphons of all 3 methods have a pattern')
  })

  it('says that it was not tested, what has collapsed, and what is missing', () => {
    const found = study({ methods: [...three], trials: 1 })
    expect(answer('graphons', found)).toMatch(
      /^Whether these graphons have a pattern beyond chance was not tested.* Noise included,/,
    )
    const graphons = found.graphons
      .filter(({ method }) => method !== 'snip')
      .map((one) => (one.method === 'random' ? { ...one, pathDensity: 0 } : one))
    const said = answer('graphons', { ...found, graphons })
    expect(said).toContain('No path leads from an input to an output under Random.')
    expect(said).toContain('Of SNIP there is no graphon at this width')
    expect(answer('graphons', { ...found, graphons: [] })).toBe('No graphon was estimated.')
    expect(answer('graphons', study({ methods: ['random'] }))).not.toContain('Paths from')
  })
})

describe('whose masks hold more small subgraphs than chance', () => {
  const counted = (means: Readonly<Record<string, number>>, sd: number, options: SyntheticOptions = {}) => {
    const found = study({ methods: Object.keys(means), ...options })
    const motifs = found.motifs.map((one) => ({
      ...one,
      ratios: one.ratios.map((ratio) => ({ ...ratio, mean: means[one.method], sd, unstructured: 1.2 })),
    }))
    return { ...found, motifs }
  }

  it('tells more, fewer and as many by the spread between trials', () => {
    expect(answer('motifs', counted({ random: 1.2, snip: 2.4, synflow: 1 }, 0.001))).toMatch(
      /^At width 128 the masks of SNIP hold more 4-cycles than chance, at most 2\.00 times as many as in masks without structure, in SNIP’s W¹; those of SynFlow hold fewer; those of Random cannot be told from chance\. Between widths 64 and 128 /,
    )
    expect(answer('motifs', counted({ random: 1.2, snip: 1.3 }, 0.5))).toMatch(
      /^At width 128 the masks of Random and SNIP hold as many 4-cycles as chance, as far as trials tell\./,
    )
  })

  it('counts the chance in both means, of three trials and of as many simulations', () => {
    // √(1/3 + 1/3) · 19.2 = 15.7 standard deviations are as rare as three of a normal variable.
    const excess = (deviations: number) => answer('motifs', counted({ snip: 1.4 }, 0.2 / deviations))
    expect(excess(17)).toContain('the masks of SNIP hold more 4-cycles than chance')
    expect(excess(15)).toContain('the masks of SNIP hold as many 4-cycles as chance, as far as trials tell')
  })

  it('does not take one network or one width for more than that', () => {
    expect(answer('motifs', counted({ random: 1.2, snip: 2.4 }, 0, { trials: 1 }))).toContain(
      'from one network each, whose spread is not known, that cannot be told from chance',
    )
    expect(answer('motifs', study({ widths: [64] }))).toContain('There is one width, so that nothing says whether')
    const found = study()
    expect(answer('motifs', { ...found, motifs: [] })).toBe('No motif was counted.')
    const motifs = found.motifs.map((one) => ({ ...one, ratios: [] }))
    expect(answer('motifs', { ...found, motifs })).toMatch(/^No mask holds an edge/)
    // Of three trials two are lost: what is left has no spread.
    const lost = counted({ snip: 2.4 }, 0.001)
    const failed = [0, 1].map((trial) => {
      const { method, density, scope, hiddenLayers } = lost.pruning[0]
      return { kind: 'run', label: 'network', method, density, scope, hiddenLayers, width: 128, trial, reason: '' }
    })
    expect(answer('motifs', { ...lost, failed })).toContain('as many 4-cycles as chance, as far as trials tell')
  })
})

describe('how well theory knows the masks', () => {
  it('says what closed forms explain, and where there is nothing to explain', () => {
    const found = study({ methods: ['random', 'magnitude', 'snip', 'grasp'] })
    expect(answer('closed-forms', found)).toMatch(
      /^At width 128, on one network of each method, the closed form explains 91\.0 % to 94\.0 % of SNIP’s structure beyond noise; Random and Magnitude have no structure to explain, and their masks are as near to the form as noise allows \(at most 1\.51 noise floors\)\. Theory has none for GraSP\.$/,
    )
  })

  it('says where a form does no better than a constant, or is far off', () => {
    const found = study({ methods: ['random', 'snip'] })
    const changed = (change: object, method: string) =>
      found.closedForms.map((form) =>
        form.method === method ? { ...form, matrices: form.matrices.map((one) => ({ ...one, ...change })) } : form,
      )
    expect(answer('closed-forms', { ...found, closedForms: changed({ explained: -0.2 }, 'snip') })).toContain(
      'the closed form explains nothing of SNIP’s structure beyond noise',
    )
    expect(answer('closed-forms', { ...found, closedForms: changed({ distance: 1, floor: 0.1 }, 'random') })).toContain(
      'Random has no structure to explain, but its masks are up to 10.0 noise floors away from the form',
    )
  })

  it('tells a method without a form from a form that is missing', () => {
    const none = study({ methods: ['grasp', 'mine'] })
    expect(answer('closed-forms', none)).toBe('No method of this study has a closed form.')
    const found = study({ methods: ['random', 'snip'] })
    expect(answer('closed-forms', { ...found, closedForms: [] })).toBe(
      'The closed form of Random and SNIP could not be held against masks.',
    )
    const closedForms = found.closedForms.filter(({ method }) => method === 'random')
    expect(answer('closed-forms', { ...found, closedForms })).toContain(
      'The form of SNIP could not be held against masks.',
    )
  })
})

describe('how near limit kernels are, and which of their metrics foretells training', () => {
  const losses = { random: [0.1, 0.11, 0.12], snip: [0.2, 0.21, 0.22], synflow: [0.4, 0.41, 0.42] }
  const metrics = {
    trace: 1,
    top5Energy: 1,
    effectiveRank: 1,
    entropyRank: 1,
    alpha: 1,
    alphaStandardError: null,
    targetAlignment: 1,
  }
  /** Equal metrics but for those given by method. */
  const measured = (found: Findings, own: Readonly<Record<string, Partial<SpectrumFinding>>>) =>
    withSpectra(found, ({ method }) => ({ ...metrics, ...own[method] }))

  it('says how far they are at the largest width and for whom that falls', () => {
    const errors = { random: [0.4, 0.2], snip: [0.5, 0.6], synflow: [0.3, 0.3] } as const
    const found = withSpectra(study({ methods: [...three] }), ({ kernel, method, width }) => ({
      errorToEmpirical: kernel === 'empirical' ? null : errors[method as keyof typeof errors][width === 64 ? 0 : 1],
    }))
    expect(answer('spectra', found)).toMatch(
      /^At width 128 the energy Graphon NTK is 0\.200 \(Random\) to 0\.600 \(SNIP\) away from that of the finite network, relative to its norm\. From width 64 to 128 that distance falls for Random \(0\.400 to 0\.200\); it stays for SynFlow \(0\.300\); it rises for SNIP \(0\.500 to 0\.600\)\. It is of one network/,
    )
    expect(answer('spectra', study({ widths: [64] }))).toContain('one width cannot tell whether that falls')
    expect(answer('spectra', study({ empirical: false }))).toMatch(/^No kernel of a finite network was computed/)
    expect(answer('spectra', study({ methods: ['random'] }))).toContain(
      'away from that of the finite network for Random, relative',
    )
  })

  it('compares no method at other widths than the others', () => {
    const found = study({ methods: [...three], widths: [64, 128, 256] })
    const spectra = found.spectra.filter(({ method, width }) => method !== 'snip' || width !== 64)
    const said = answer('spectra', { ...found, spectra })
    expect(said).toMatch(
      /From width 64 to 256 that distance falls for Random \(.*\) and SynFlow \(.*\); for SNIP it was not measured at both widths\./,
    )
    const ends = found.spectra.filter(({ method, width }) => (method === 'random' ? width !== 256 : width !== 64))
    expect(answer('spectra', { ...found, methods: ['random', 'snip'], spectra: ends })).toContain(
      'no method was measured at both ends, to tell whether that falls',
    )
  })

  it('names the metrics that order the methods as their losses do, in which direction, and the chance of it', () => {
    const ordered = measured(ending(losses), { random: { alpha: 3 }, snip: { alpha: 2 }, synflow: { alpha: 1 } })
    expect(answer('spectra', ordered)).toContain(
      'Of 6 metrics of the energy Graphon NTK decay exponent (larger: lower loss) puts all 3 pairs of methods in the order of their losses after training; a metric that means nothing does so for 3 methods in one of 3 cases.',
    )
    const turned = measured(ending(losses), { random: { alpha: 1 }, snip: { alpha: 2 }, synflow: { alpha: 3 } })
    expect(answer('spectra', turned)).toContain('decay exponent (smaller: lower loss)')
    const wrong = measured(ending(losses), { random: { alpha: 2 }, snip: { alpha: 3 }, synflow: { alpha: 1 } })
    expect(answer('spectra', wrong)).toContain(
      'none puts the methods in the order of their losses after training; nearest comes decay exponent (larger: lower loss), right in 2 of 3 pairs.',
    )
  })

  it('leaves out pairs that seeds do not tell apart, and never counts on two methods', () => {
    const tied = ending({ ...losses, snip: [0.12, 0.1, 0.13] })
    const found = measured(tied, { random: { alpha: 2 }, snip: { alpha: 3 }, synflow: { alpha: 1 } })
    expect(answer('spectra', found)).toContain(
      'puts the 2 pairs of methods whose losses can be told apart in the order',
    )
    const same = ending({ random: [0.1, 0.2, 0.15], snip: [0.2, 0.1, 0.15], synflow: [0.15, 0.1, 0.2] })
    expect(answer('spectra', same)).toContain('No two methods’ losses can be told apart')
    expect(answer('spectra', ending({ random: [0.1, 0.1], snip: [0.2, 0.2] }))).toContain(
      'Two methods were trained: too few',
    )
    expect(answer('spectra', { ...study(), training: [] })).toContain('Nothing was trained that metrics')
    const seed = measured(ending({ random: [0.1], snip: [0.2], synflow: [0.3] }), {
      random: { alpha: 3 },
      snip: { alpha: 2 },
    })
    expect(answer('spectra', seed)).toContain('after training by the one seed there is')
  })

  it('says that there is none', () => {
    expect(answer('spectra', { ...study(), spectra: [] })).toBe('No kernel was computed.')
  })
})

describe('which kernel predicts training', () => {
  it('names the best rung of each method and the error that is left', () => {
    const found = missing({
      random: {
        scale: [0.3, 0.31, 0.32],
        shape: [0.2, 0.21, 0.2],
        weights: [0.01, 0.02, 0.01],
        'finite-width': [0.1, 0.1, 0.1],
      },
      snip: {
        scale: [0.9, 0.9, 0.9],
        shape: [0.8, 0.8, 0.8],
        weights: [0.7, 0.7, 0.7],
        'finite-width': [0.2, 0.2, 0.2],
      },
    })
    expect(answer('ladder', found)).toBe(
      'At width 128 the training of Random is predicted best by the energy Graphon NTK, and that of SNIP by the empirical NTK of the finite network. The error that is left is 1.3 % of the initial loss for Random and 20.0 % for SNIP, mean of 3 seeds.',
    )
  })

  it('does not choose between rungs that seeds do not tell apart', () => {
    const found = missing({
      random: {
        scale: [0.3, 0.31, 0.32],
        shape: [0.1, 0.2, 0.1],
        weights: [0.2, 0.1, 0.12],
        'finite-width': [0.9, 0.9, 0.9],
      },
    })
    expect(answer('ladder', found)).toMatch(
      /^At width 128 the training of Random is predicted best by the Graphon NTK and the energy Graphon NTK alike, as far as seeds tell\./,
    )
  })

  it('says what one seed, a missing rung and diverging predictions leave open', () => {
    const said = answer('ladder', missing({ random: { scale: [0.3], weights: [0.1] }, snip: { scale: [NaN] } }))
    expect(said).toContain('it is of one seed for at least one method')
    expect(said).toContain('Not on the ladder: the Graphon NTK and the empirical NTK of the finite network.')
    expect(said).toContain('Every prediction for SNIP diverges.')
    expect(answer('ladder', missing({ random: { scale: [NaN] } }))).toBe(
      'No prediction of the training stayed a number.',
    )
    expect(answer('ladder', { ...study(), training: [] })).toBe('No training was predicted.')
  })
})

describe('the other sections', () => {
  it('count what was run and what is missing', () => {
    const found = study({ methods: ['random', 'snip'], trials: 2 })
    expect(answer('what-was-run', found)).toBe(
      '8 networks were pruned, 2 methods × 2 widths × 2 trials; 4 of them were trained. Every result that was asked for is there.',
    )
    const { method, density, scope, hiddenLayers, width } = found.pruning[0]
    const cell = { method, density, scope, hiddenLayers, width }
    const failed = [{ ...cell, kind: 'run', label: 'network', trial: 0, reason: 'x' }]
    const untrained = [{ ...cell, trial: 1, why: 'dead' as const, reason: 'x' }]
    const said = answer('what-was-run', { ...found, training: found.training.slice(0, 1), failed, untrained })
    expect(said).toContain('1 of them was trained (1 more could not be).')
    expect(said).toContain('1 result could not be computed and is missing below.')
    expect(answer('what-was-run', { ...found, training: [] })).toContain('none of them was trained')
    expect(answer('what-was-run', { ...found, pruning: [] })).toBe('Nothing was pruned.')
  })

  it('tell a study’s own limits from those of every study', () => {
    const one = study({ methods: ['random'], widths: [64], trials: 1, empirical: false })
    expect(answer('limits', one)).toMatch(
      /^4 limits below come from this study’s own numbers and methods: ‘The limit itself’, ‘Few trials’, ‘Limit kernel and real kernel’ and ‘Lazy training’\. The other 3 hold for every study of its kind\.$/,
    )
  })

  it('tell which of the terms the study has numbers of', () => {
    expect(answer('glossary', study())).toBe('Numbers of all 10 terms stand on this page.')
    const masks = { ...study(), spectra: [], training: [] }
    expect(answer('glossary', masks)).toMatch(
      /^Numbers of 5 of these 10 terms .* has none of ‘Energy V’, .* and ‘Laziness’\.$/,
    )
  })
})
