import { afterEach, describe, expect, it, vi } from 'vitest'
import { svgToPng } from '../../src/node/figures/png.js'
import { chainFigure, matricesFigure } from '../../src/plot/chain.js'
import { figureKinds, studyFigures } from '../../src/plot/figures.js'
import { forPng, renderSvg, standaloneSvg } from '../../src/plot/render.js'
import { syntheticFindings } from '../report/synthetic-findings.js'

const small = { bins: 8, side: 4, samples: 32, steps: 40 } as const
const findings = syntheticFindings(small)
const figures = studyFigures(findings)
const named = figures.map((figure) => [figure.kind, figure] as const)

afterEach(() => vi.restoreAllMocks())

describe('every figure', () => {
  it('is drawn when the study holds what it shows', () => {
    expect([...new Set(figures.map(({ kind }) => kind))]).toEqual(figureKinds)
    expect(figures.map(({ id }) => id).filter((id) => id.startsWith('widths'))).toEqual([
      'widths-1',
      'widths-2',
      'widths-3',
      'widths-4',
    ])
  })

  it.each(named)('draws without a warning, in the page’s ink, the same every time: %s', async (_, figure) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const svg = await renderSvg(figure)
    expect(warn).not.toHaveBeenCalled()
    expect(await renderSvg(figure)).toBe(svg)
    expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*><title /)
    expect(svg).toContain('currentColor')
    for (const [, id] of svg.matchAll(/ id="([^"]+)"/g)) expect(id.startsWith(`${figure.id}-`)).toBe(true)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    expect(svg).not.toMatch(/(?:fill|stroke)="(?:#000|black|white|#fff)"/)
    expect(figure.sentence).toMatch(/^\S.*\.$/)
    expect(figure.sentence).not.toMatch(/NaN|undefined|Infinity|–/)
  })
})

it('shows every method, and labels its axes', async () => {
  const svg = await renderSvg(figures.find(({ kind }) => kind === 'training')!)
  for (const text of ['Random', 'SynFlow', 'training loss', 'gradient descent step', 'measured', '+ weights']) {
    expect(svg).toContain(`>${text}</text>`)
  }
})

it('draws one heatmap per method and matrix and one colour bar', async () => {
  const svg = await renderSvg(figures.find(({ kind }) => kind === 'graphons')!)
  expect(svg.match(/<image [^>]*pixelated/g)).toHaveLength(5 * 4 + 1)
  expect(svg).toContain('square-root colour scale')
})

it('draws estimate and closed form of every method that has one', async () => {
  const svg = await renderSvg(figures.find(({ kind }) => kind === 'closed-forms')!)
  expect(svg.match(/<image [^>]*pixelated/g)).toHaveLength(2 * 3 * 4 + 1)
  expect(svg).toContain('closed form')
})

it('draws motif ratios with bars over trials, and what chance gives dashed', async () => {
  const figure = figures.find(({ kind }) => kind === 'motifs')!
  expect(figure.sentence).toMatch(/times as many 4-cycles in GraSP’s W¹ .* masks without structure give/)
  const svg = await renderSvg(figure)
  expect(svg).toContain('stroke-dasharray="4,3"')
  expect(svg).toContain('cherry on a row')
})

it('draws densities apart, with ids of their own', () => {
  const two = studyFigures(syntheticFindings({ ...small, densities: [0.05, 0.2] }))
  expect(two).toHaveLength(2 * figures.length)
  expect(new Set(two.map(({ id }) => id)).size).toBe(two.length)
})

describe('a study that holds little', () => {
  it.each([
    ['one method', { methods: ['random'] }],
    ['one width', { widths: [64] }],
    ['one trial', { trials: 1 }],
    ['no empirical kernel', { empirical: false }],
    ['one hidden layer', { hiddenLayers: 1 }],
    ['nine methods', { methods: ['random', 'magnitude', 'snip', 'grasp', 'synflow', 'a', 'b', 'c', 'd'] }],
    [
      'one of everything',
      { methods: ['snip'], widths: [64], trials: 1, hiddenLayers: 1, samples: 1, steps: 1, empirical: false },
    ],
  ])('still gives sound sentences: %s', (_, options) => {
    for (const figure of studyFigures(syntheticFindings({ ...small, ...options }))) {
      const text = JSON.stringify(figure.spec) + figure.sentence + figure.description
      expect(text, figure.id).not.toMatch(/NaN|undefined|Infinity/)
      expect(figure.sentence, figure.id).not.toMatch(/–|\bnull\b/)
    }
  })

  it('leaves out what it cannot draw', () => {
    const kinds = studyFigures(syntheticFindings({ ...small, widths: [64], empirical: false })).map(({ kind }) => kind)
    expect(kinds).toEqual([
      'densities',
      'graphons',
      'inputs',
      'motifs',
      'closed-forms',
      'spectra',
      'many-spectra',
      'metrics',
      'training',
      'ladder',
    ])
    const empty = {
      ...findings,
      pruning: [],
      graphons: [],
      convergence: [],
      motifs: [],
      closedForms: [],
      spectra: [],
      topSpectra: [],
      training: [],
    }
    expect(studyFigures(empty)).toEqual([])
  })

  it('shows no picture of inputs that make no square', () => {
    const odd = { ...findings, provenance: { ...findings.provenance, inputs: 15 } }
    expect(studyFigures(odd).map(({ kind }) => kind)).not.toContain('inputs')
  })
})

it('cuts off predictions that diverge', async () => {
  const training = findings.training.map((item) => ({
    ...item,
    predictions: item.predictions.map((p) => ({
      ...p,
      loss: p.loss.map((value, t) => (t > 20 ? Number.POSITIVE_INFINITY : value * 3 ** t)),
      relativeError: Number.POSITIVE_INFINITY,
    })),
  }))
  const drawn = studyFigures({ ...findings, training }).filter(({ kind }) => kind === 'training' || kind === 'ladder')
  expect(drawn.map(({ kind }) => kind)).toEqual(['training'])
  for (const figure of drawn) {
    expect((await renderSvg(figure)) + figure.sentence).not.toMatch(/NaN|undefined|Infinity/)
  }
})

describe('a chain', () => {
  const { chain } = findings.graphons.at(-1)!

  it('is drawn with its energies on a scale of their own, or without', async () => {
    const svg = await renderSvg(chainFigure(chain))
    expect(svg.match(/<image /g)).toHaveLength(4 + 1 + 4 + 1)
    expect(svg).toContain('>W<tspan dy="-0.5em" font-size="72%">1</tspan><tspan dy="0.36em">  (8 × 16)</tspan></text>')
    const bare = await renderSvg(chainFigure({ W: chain.W, measures: chain.measures }))
    expect(bare.match(/<image /g)).toHaveLength(4 + 1)
  })

  it('can be matrices that share no positions', async () => {
    const svg = await renderSvg(matricesFigure([{ layer: 2, graphon: chain.W[1] }]))
    expect(svg.match(/<image /g)).toHaveLength(1 + 1)
  })
})

describe('variants', () => {
  it('follow the theme as a file, and are dark on white as pixels', async () => {
    const svg = await renderSvg(chainFigure(findings.graphons[0].chain, 'a < b & "c"'))
    expect(svg).toContain('<title id="chain-title">a &lt; b &amp; &quot;c&quot;</title>')
    const file = standaloneSvg(svg)
    expect(file).toContain('@media (prefers-color-scheme:dark)')
    expect(file.match(/<svg /g)).toHaveLength(1)
    const page = forPng(svg)
    expect(page).not.toContain('currentColor')
    const png = svgToPng(page, { scale: 1 })
    expect(Array.from(png.subarray(1, 4), (c) => String.fromCharCode(c)).join('')).toBe('PNG')
    expect(svgToPng(page, { scale: 1 })).toEqual(png)
  })

  it('never lose their text in silence: without a font there is no picture', () => {
    const text = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>a</text></svg>'
    expect(() => svgToPng(text, { fontFiles: ['/no/such/font.ttf'] })).toThrow(/expected a font.*install one/)
  })

  it('refuse a scale that is not positive', () => {
    expect(() => svgToPng('<svg xmlns="http://www.w3.org/2000/svg"/>', { scale: Number.NaN })).toThrow(RangeError)
  })
})
