import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { studyFigures } from '../../src/plot/figures.js'
import { escapeMarkup, renderSvg } from '../../src/plot/render.js'
import { formatNumber } from '../../src/plot/format.js'
import { kernelLabels, methodLabel } from '../../src/plot/labels.js'
import { html, table, trusted } from '../../src/report/html.js'
import { studyLimits } from '../../src/report/limits.js'
import { criterionOf, type CriterionName } from '../../src/prune/criteria.js'
import { sections } from '../../src/report/sections.js'
import { renderReport } from '../../src/report/report.js'
import { spectraWarnings } from '../../src/report/sections/spectra.js'
import type { Findings } from '../../src/study/findings.js'
import { syntheticFindings, type SyntheticOptions } from './synthetic-findings.js'

const small = { bins: 8, side: 4, samples: 32, steps: 40 } as const
const findings = syntheticFindings(small)
/** The page, with spaces that do not break as others. */
const report = async (from: Findings) => (await renderReport(from, studyFigures(from))).replaceAll('\u00a0', ' ')
/** The page without figures, for what it says: drawing them is most of the work. */
const words = async (from: Findings) => (await renderReport(from, [])).replaceAll('\u00a0', ' ')
const reportOfFindings = report(findings)

describe('the report', () => {
  it('answers in its order, with anchors for a table of contents', async () => {
    const page = await reportOfFindings
    const anchors = Array.from(page.matchAll(/<h2 id="([^"]+)"/g), ([, id]) => id)
    expect(anchors).toEqual([
      'summary',
      'what-was-run',
      'structure',
      'graphons',
      'convergence',
      'motifs',
      'closed-forms',
      'spectra',
      'training',
      'ladder',
      'limits',
      'glossary',
    ])
    expect(Array.from(page.matchAll(/<li><a href="#([^"]+)"/g), ([, id]) => id)).toEqual(anchors)
    const listed = Array.from(page.matchAll(/<a href="#figure-([^"]+)"/g), ([, id]) => id)
    expect([...listed].sort()).toEqual(
      studyFigures(findings)
        .map(({ id }) => id)
        .sort(),
    )
  })

  it('is one file, the same every time', async () => {
    const page = await reportOfFindings
    expect(await report(findings)).toBe(page)
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:|<link|<img|@import|src=/)
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  it('shows every figure once, numbered, with its sentence, and no id twice', async () => {
    const page = await reportOfFindings
    const figures = studyFigures(findings)
    expect(page.match(/<figcaption>/g)).toHaveLength(figures.length)
    figures.forEach(({ sentence }, i) => {
      const position = page.indexOf(sentence)
      expect(position, sentence).toBeGreaterThan(0)
      expect(page).toContain(`<b>Figure ${i + 1}.</b>`)
    })
    const ids = Array.from(page.matchAll(/ id="([^"]+)"/g), ([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('escapes whatever came from outside', async () => {
    const bad = '<script>alert("x")</script>&'
    const { provenance } = findings
    const page = await words({
      ...syntheticFindings({ ...small, methods: ['random', bad] }),
      provenance: { ...provenance, title: bad, study: `a: ${bad}`, data: bad, activation: bad },
    })
    expect(page).not.toContain('<script>alert')
    expect(page.match(/<script>/g)).toHaveLength(1)
    expect(page).toContain('<pre><code>a: &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;</code></pre>')
  })

  it('lets a browser run its own script alone, and ask nobody for anything', async () => {
    const page = await reportOfFindings
    const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)!
    const rules = new Map(
      policy.split('; ').map((rule) => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf(' ') + 1)]),
    )
    expect(Object.fromEntries(rules)).toMatchObject({
      'default-src': "'none'",
      'img-src': 'data:',
      'base-uri': "'none'",
      'form-action': "'none'",
    })
    const [, script] = /<script>([^]*?)<\/script>/.exec(page)!
    expect(rules.get('script-src')).toBe(`'sha256-${createHash('sha256').update(script).digest('base64')}'`)
    // What comes before the policy is not bound by it.
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.search(/<(?:title|style|script)/))
    expect(page).not.toMatch(/ on[a-z]+="|javascript:/)
  })

  it('takes nothing from outside for markup, whatever its shape', async () => {
    const bad = '<img src=x onerror=alert(1)>'
    const forged = JSON.parse(`{"html": "${bad}"}`) as string
    expect(() => html`<p>${forged}</p>`).toThrow(/html: expected text, a number or markup, got {"html":/)
    expect(() => html`${JSON.parse(`[{"html": "${bad}", "markup": "${bad}"}]`) as string[]}`).toThrow(TypeError)
    expect(() => html`${null as unknown as string}`).toThrow(/got null/)
    const { provenance } = findings
    for (const key of ['title', 'study', 'limnVersion'] as const) {
      const page = renderReport({ ...findings, provenance: { ...provenance, [key]: forged } }, [])
      await expect(page).rejects.toThrow(TypeError)
    }
  })

  it('shows control characters as escapes, which SVG may not hold', async () => {
    const [figure] = studyFigures(findings)
    const title = 'a\u001b[31mb\u0000\u202ec'
    const svg = await renderSvg({ ...figure, title })
    expect(svg).toContain('>a\\x1b[31mb\\x00\\u202ec</title>')
    const provenance = { ...findings.provenance, title, study: 'a:\r\n\tb\u009b' }
    const page = await renderReport({ ...findings, provenance }, [])
    expect(page).toContain('<pre><code>a:\r\n\tb\\x9b</code></pre>')
    expect(page.replaceAll(/[\n\r\t]/g, '')).not.toMatch(/\p{Cc}|\u202e/u)
  })

  it.each<[string, SyntheticOptions]>([
    ['one method', { methods: ['random'] }],
    ['one width', { widths: [64] }],
    ['one trial', { trials: 1 }],
    ['no empirical kernel', { empirical: false }],
    ['two densities', { densities: [0.05, 0.2] }],
    [
      'one of everything',
      { methods: ['grasp'], widths: [64], trials: 1, hiddenLayers: 1, samples: 1, empirical: false },
    ],
  ])('holds for %s', async (_, options) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const page = await report(syntheticFindings({ ...small, ...options }))
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/)
    expect(page.match(/<section /g)).toHaveLength(12)
  })

  it('begins with the answer: of every method its limit, kernel, training and how far to trust it, linked', async () => {
    const page = await reportOfFindings
    const short = page.slice(page.indexOf('<h2 id="summary"'), page.indexOf('<h2 id="what-was-run"'))
    const cards = short.split('<dt>').slice(1)
    expect(cards.map((card) => card.slice(0, card.indexOf('<')))).toEqual(findings.methods.map(methodLabel))
    for (const [i, card] of cards.entries()) {
      const links = Array.from(card.matchAll(/<a class="see" href="#([^"]+)">(\w+)<\/a>/g), ([, id, name]) => [
        name,
        id,
      ])
      expect(links.map(([name]) => name)).toEqual(['Limit', 'Kernel', 'Training', 'Trust'])
      for (const [, id] of links) expect(page).toContain(`id="${id}"`)
      const widest = findings.training.filter(
        ({ method, width }) => method === findings.methods[i] && width === Math.max(...findings.widths),
      )
      const after = widest.reduce((sum, { loss }) => sum + loss.at(-1)!, 0) / widest.length
      expect(card).toContain(`to ${formatNumber(after)} in `)
    }
  })

  it('begins every section with its answer, before whatever else it holds', async () => {
    const page = await reportOfFindings
    for (const [id, section] of Object.entries(sections)) {
      const body = page.slice(page.indexOf(`<h2 id="${id}">`))
      const [, said] = /^<h2 [^]*?<\/h2>\s*<div class="answer">([^]*?)<\/div>/.exec(body)!
      expect(Array.from(said.matchAll(/<p>([^<]*)<\/p>/g), ([, sentence]) => sentence)).toEqual(
        section.answer(findings).map(escapeMarkup),
      )
    }
  })

  it('says in short what there is, and links nothing that is not drawn', async () => {
    const bare = { ...findings, training: [], untrained: [], spectra: [], convergence: [], widths: [64] }
    const page = await report(bare)
    const short = page.slice(page.indexOf('<h2 id="summary"'), page.indexOf('<h2 id="what-was-run"'))
    expect(short).toContain('There is one width, n = 64, in which no limit can be seen.')
    expect(short).not.toContain('<a class="see"')
    expect(short).not.toMatch(/null|–|Training|Trust/)
  })

  it('folds settings, the first one open, and keeps figures of one setting together', async () => {
    const page = await report(syntheticFindings({ ...small, densities: [0.05, 0.2, 0.5] }))
    const folds = Array.from(page.matchAll(/<details class="setting" id="([a-z-]+)-(\d)" (open)?>/g))
    const sectionsWithFigures = new Set(folds.map(([, id]) => id))
    expect(folds).toHaveLength(3 * sectionsWithFigures.size)
    for (const [, , place, open] of folds) expect(open).toBe(place === '1' ? 'open' : undefined)
    const within = page.slice(page.indexOf('id="motifs-2"'), page.indexOf('id="motifs-3"'))
    expect(Array.from(within.matchAll(/<figure id="([^"]+)"/g), ([, id]) => id)).toEqual(['figure-motifs-0.2'])
    expect(await reportOfFindings).not.toContain('class="setting"')
  })

  it('folds tables too long to read past', async () => {
    const densities = Array.from({ length: 12 }, (_, i) => (i + 1) / 20)
    const page = await words(syntheticFindings({ ...small, methods: ['snip'], widths: [32, 64], densities }))
    expect(page).toMatch(/<details class="long">\s*<summary>Table of 48 rows: Is there a limit\?/)
  })

  it('has a row for every matrix of every method, with its setting where the study varies it', async () => {
    const own = syntheticFindings({ methods: ['random', 'snip'], densities: [0.1, 0.2], bins: 8, side: 4, samples: 16 })
    const page = await words(own)
    const part = page.slice(page.indexOf('<span>Degrees beside chance, width'))
    const rows = part.slice(0, part.indexOf('</table>')).split('<tr>').slice(2)
    expect(rows).toHaveLength(2 * 2 * 4)
    expect(
      rows[0]
        .replaceAll(/<[^>]+>/g, ' ')
        .split(/\s+/)
        .slice(1, 8),
    ).toEqual(['Random', '0.1', 'W¹', '0.100', '0.100', '1.60', '1.00'])
    expect(rows.filter((row) => row.includes('uneven'))).toHaveLength(2 * 4)
  })

  it('puts the counting lemma’s bound beside the cut norm, and says where no closed form is known', async () => {
    const page = await reportOfFindings
    expect(page).toContain('0.200 → 0.202 (≤ 0.0110)')
    expect(page).toContain('0.0100 … 0.0110')
    expect(page).toMatch(/No closed form is there to compare with for GraSP \(.*\) and SynFlow \(/)
    expect(page).toContain('92.0 %')
  })

  it('says how networks were trained, each with its step size, and what was not the same for all', async () => {
    const training = findings.training.map((run) =>
      run.method === 'grasp' ? { ...run, learningRate: run.learningRate / 100 } : run,
    )
    const page = (await words({ ...findings, training })).replaceAll(/\s+/g, ' ')
    const fact = (term: string) => new RegExp(`<dt>${term}</dt> <dd>([^<]*)</dd>`).exec(page)?.[1]
    expect(fact('training')).toMatch(/^40 steps of full-batch gradient descent .* of every cell; test accuracy on 1000/)
    expect(fact('loss')).toContain('squared')
    expect(fact('parameters')).toMatch(/NTK parameterisation, .*no biases; survivors of pruning keep their weights/)
    const rates = training.map(({ learningRate }) => learningRate)
    const factor = Math.round(Math.max(...rates) / Math.min(...rates))
    expect(factor).toBeGreaterThan(10)
    expect(fact('step size')).toMatch(new RegExp(`0\\.500 · N / λ_max of each .* a factor of ${factor} apart`))
    expect(page).toContain(`the largest is ${factor} times the least`)
    expect(page).not.toContain('was the same for all methods.')
    for (const caption of ['Measured training', 'Difference between predicted', 'Step size of every trained network']) {
      const at = page.indexOf(`<span>${caption}`)
      expect(at, caption).toBeGreaterThan(0)
      const rows = page.slice(at, page.indexOf('</table>', at))
      for (const { method, learningRate } of training.filter(({ trial }) => trial === 0))
        expect(rows, `${caption}: ${method}`).toContain(formatNumber(learningRate))
    }
  })

  it('calls equal what is equal', async () => {
    const training = findings.training.map((run) => ({ ...run, learningRate: 0.25 }))
    const protocol = { ...findings.protocol, stepSize: { fixed: 0.25 } }
    const page = (await words({ ...findings, training, protocol })).replaceAll(/\s+/g, ' ')
    expect(page).toContain('<dd>0.250 for every network</dd>')
    expect(page).toContain('Everything in this list was the same for all methods.')
    expect(page).not.toContain('Unequal steps')
  })

  it('counts the classes that occur, and marks what is collapsed or could not be computed', async () => {
    const [first, ...others] = findings.graphons
    const reason = 'select: expected finite scores'
    const { method, density, scope, hiddenLayers, width } = first
    const failed = [0, 1].map((trial) => {
      const cell = {
        kind: 'run',
        label: 'network',
        method,
        density,
        scope,
        hiddenLayers,
        width,
        trial,
        reason,
      } as const
      return cell
    })
    const page = (
      await words({
        ...findings,
        provenance: { ...findings.provenance, classesPresent: 2 },
        graphons: [{ ...first, pathDensity: 0 }, ...others],
        failed,
      })
    ).replaceAll(/\s+/g, ' ')
    expect(page).toContain('2 of 10 classes occur in the samples used')
    expect(page).toContain('0: collapsed')
    expect(page).toMatch(/<strong>Collapsed:<\/strong> the path density is 0, .*, for Random \(1 cell\)\./)
    expect(page).toContain('2 results could not be computed.')
    expect(page.split(reason)).toHaveLength(2)
  })

  it('names kernels that are no kernels, and only those', () => {
    expect(spectraWarnings(findings).html).toBe('')
    const warning = 'is not positive semidefinite: its smallest eigenvalue is −0.1 λ₁'
    const [widest] = [...findings.spectra].sort((a, b) => b.width - a.width)
    const spectra = findings.spectra.map((item) => (item === widest ? { ...item, warning } : item))
    const list = spectraWarnings({ ...findings, spectra }).html
    expect(list.match(/<li>/g)).toHaveLength(1)
    expect(list).toContain(`${kernelLabels[widest.kernel]} of ${methodLabel(widest.method)}`)
    expect(list).toContain(warning)
  })

  it('says what is missing when nothing was found', async () => {
    const page = await words({
      ...findings,
      pruning: [],
      structures: [],
      graphons: [],
      convergence: [],
      motifs: [],
      closedForms: [],
      spectra: [],
      training: [],
    })
    for (const text of [
      'Nothing was pruned.',
      'No mask was looked at.',
      'No graphon was estimated.',
      'No motif was counted.',
      'The closed form of Random, Magnitude and SNIP could not be held against masks.',
      'No kernel was computed.',
      'No network was trained.',
    ]) {
      expect(page).toContain(text)
    }
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })
})

describe('what cannot be concluded', () => {
  const text = (from: Findings) => new Map(studyLimits(from).map((limit) => [limit.title, limit.text]))

  it('names the methods whose limit kernel is far from the real one, and those that left the lazy regime', () => {
    const limits = text(findings)
    expect(limits.get('Limit kernel and real kernel')).toMatch(
      /more than 0\.3 away .* SNIP \([\d.]+\) and GraSP \([\d.]+\)/,
    )
    expect(limits.get('Lazy training')).toMatch(/under SNIP \(0\.132 at step size [^)]+\) and GraSP \(0\.440 at/)
    expect(limits.get('Correlated survivors')).toMatch(/^This holds for SNIP and GraSP\. The score/)
    expect(limits.get('Graphons that still move')).toMatch(/SynFlow’s W² \(/)
  })

  it('takes what methods cannot show from their criteria, those that say the same together', () => {
    const own = { title: 'Chosen by hand', text: 'Nobody knows why.' }
    const said = (limitations: Findings['limitations']) =>
      studyLimits({ ...findings, limitations }).filter(({ title }) => title === own.title)
    expect(said([])).toEqual([])
    const limitations = [
      { method: 'mine', ...own },
      { method: 'snip', ...own },
      { method: 'grasp', ...own, text: 'Somebody knows.' },
    ]
    expect(said(limitations)).toEqual([
      { title: own.title, text: 'This holds for mine and SNIP. Nobody knows why.', isWarning: true },
      { title: own.title, text: 'This holds for GraSP. Somebody knows.', isWarning: true },
    ])
    expect(findings.limitations.map(({ method }) => method)).toEqual(
      findings.methods.filter((method) => (criterionOf(method as CriterionName).limitations ?? []).length > 0),
    )
  })

  it('judges limit kernels by the setting where they are farthest', () => {
    const two = syntheticFindings({ ...small, methods: ['random'], densities: [0.1, 0.2] })
    const spectra = two.spectra.map((one) =>
      one.errorToEmpirical === null ? one : { ...one, errorToEmpirical: one.density === 0.1 ? 0.7 : 0.05 },
    )
    expect(text({ ...two, spectra }).get('Limit kernel and real kernel')).toContain(
      'away from the empirical one for Random (0.700)',
    )
  })

  it('depends on what was measured', () => {
    const limits = text(syntheticFindings({ ...small, methods: ['random'], widths: [64], trials: 1, empirical: false }))
    expect(limits.get('The limit itself')).toContain('There is one width, 64')
    expect(limits.get('Few trials')).toContain('One network was pruned')
    expect(limits.get('Limit kernel and real kernel')).toContain('No empirical kernel was computed')
    expect(limits.get('Lazy training')).toContain('was not measured')
    expect(limits.has('Correlated survivors')).toBe(false)
    expect(limits.has('Graphons that still move')).toBe(false)
  })
})

describe('html', () => {
  it('escapes text and keeps markup', () => {
    expect(html`<p title="${'"'}">${'<&>'}${trusted('<b>x</b>')}${[html`<i>${1}</i>`]}</p>`.html).toBe(
      '<p title="&quot;">&lt;&amp;&gt;<b>x</b><i>1</i></p>',
    )
  })

  it('lets sentences wrap, and numbers only where they are told to', () => {
    const columns = [
      { title: 'a', isName: true, value: String },
      { title: 'b', isText: true, value: String },
      { title: 'c', isWrapped: true, value: String },
      { title: 'd', value: String },
    ]
    const cells = Array.from(
      table('t', columns, [1]).html.matchAll(/<t[dh]( scope="row")?([^>]*)>1</g),
      ([, , kind]) => kind,
    )
    expect(cells).toEqual([' class="name"', ' class="text"', ' class="pairs"', ''])
  })

  it('makes no table without rows', () => {
    expect(table('t', [{ title: 'a', value: () => '' }], []).html).toBe('')
  })
})
