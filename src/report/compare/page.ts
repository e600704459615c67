import { comparedFigure } from '../../plot/compared.js'
import type { Figure } from '../../plot/figure.js'
import { absent, formatCount, formatNumber } from '../../plot/format.js'
import { matrixLabel, methodLabel } from '../../plot/labels.js'
import { renderSvg } from '../../plot/render.js'
import type { ComparedNumber, ComparedVerdict, Comparison } from '../../study/compare/compare.js'
import { measureNames, measureOf, type MeasureName } from '../../study/compare/measures.js'
import type { Setting } from '../../study/vocabulary.js'
import { version } from '../../version.js'
import { html, table, trusted, type Html } from '../html.js'
import { formatInterval } from '../interval.js'
import { readableSvg } from '../readable-svg.js'
import { pageShell } from '../shell.js'
import { compareAnswer, intervalNote, measureSentences } from './words.js'

/** What a browser may do on the page: show it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** Measures that have a picture where both studies have them. */
const drawn: readonly MeasureName[] = ['loss', 'test-accuracy', 'effective-density', 'largest-eigenvalue']

const outcomeWords = {
  same: 'the same',
  above: 'higher in B',
  below: 'lower in B',
  open: 'not told apart',
  unknown: 'no spread known',
} as const satisfies Record<ComparedNumber['outcome'], string>

const settingOf = ({ density, scope, hiddenLayers }: Setting): string => `${density}, ${scope}, ${hiddenLayers} hidden`

/** The settings of a pair; empty where there is one pair. */
function pairNames(rows: readonly { readonly cells: { readonly a: Setting; readonly b: Setting } }[]) {
  const name = ({ a, b }: { readonly a: Setting; readonly b: Setting }) =>
    settingOf(a) === settingOf(b) ? settingOf(a) : `${settingOf(a)} / ${settingOf(b)}`
  const isOne = new Set(rows.map(({ cells }) => name(cells))).size < 2
  return isOne ? [] : [{ title: 'setting', value: ({ cells }: { cells: { a: Setting; b: Setting } }) => name(cells) }]
}

function numbersTable(comparison: Comparison, measure: MeasureName): Html {
  const rows = comparison.numbers.filter((one) => one.measure === measure)
  const { label } = measureOf(measure)
  return table(
    `${label.charAt(0).toUpperCase()}${label.slice(1)}`,
    [
      { title: 'method', value: ({ method }: ComparedNumber) => methodLabel(method), isName: true },
      ...pairNames(rows),
      { title: 'A', value: ({ a }) => formatNumber(a.mean) },
      { title: 'B', value: ({ b }) => formatNumber(b.mean) },
      { title: 'networks', value: ({ a, b }) => (a.n + b.n > 0 ? `${formatCount(a.n)}, ${formatCount(b.n)}` : absent) },
      { title: 'B less A', value: ({ difference }) => formatNumber(difference) },
      { title: '95 % interval', value: ({ interval }) => (interval ? formatInterval(...interval) : absent) },
      { title: 'B beside A', value: ({ outcome }) => outcomeWords[outcome] },
    ],
    rows,
  )
}

async function figureHtml(figure: Figure): Promise<Html> {
  const svg = readableSvg(await renderSvg(figure))
  return html`<figure id="figure-${figure.id}">
    <div class="scroll" tabindex="0" role="region" aria-label="${figure.title}">${trusted(svg)}</div>
    <figcaption>${figure.sentence}</figcaption>
  </figure> `
}

function verdictsPart({ verdicts }: Comparison): Html {
  if (verdicts.length === 0) return html`<p>Neither study has verdicts of a method that both have.</p>`
  const changed = verdicts.filter(({ a, b }) => a !== b)
  const said =
    changed.length === 0
      ? `The limit test says the same of all ${formatCount(verdicts.length)} matrices.`
      : `Of ${formatCount(verdicts.length)} matrices the limit test says otherwise of ${formatCount(changed.length)}.`
  return html`<p>${said}</p>
    ${table(
      'Matrices whose verdict differs',
      [
        { title: 'method', value: ({ method }: ComparedVerdict) => methodLabel(method), isName: true },
        ...pairNames(changed),
        { title: 'matrix', value: ({ matrix }) => matrixLabel(matrix) },
        { title: 'A', value: ({ a }) => a },
        { title: 'B', value: ({ b }) => b },
      ],
      changed,
    )}`
}

/**
 * The page that shows two studies side by side: the answer, what differs in the settings, and every number with its interval.
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { comparePage, compareStudies, buildFindings, executeStudy, inProcessRunner, memoryStore, planFromText, plannedData, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const study = async (name: string, density: number) => {
 *   const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [${density}] }
 * graphon: { bins: 3 }
 * training: { steps: 2, trials: 2 }`
 *   const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 *   const store = memoryStore()
 *   const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
 *   const bench = { config: plan.config, data: await plannedData(plan, load), jobs, store }
 *   await executeStudy({ jobs: plan.jobs, store, runner: inProcessRunner(bench) })
 *   return { name, plan, findings: await buildFindings({ ...plan, store }) }
 * }
 * const comparison = compareStudies(await study('half', 0.5), await study('less', 0.4))
 * console.log((await comparePage(comparison)).startsWith('<!doctype html>')) // true
 */
export async function comparePage(comparison: Comparison): Promise<string> {
  const { names, titles, settings, methods, numbers } = comparison
  const has = (measure: MeasureName) => numbers.some((one) => one.measure === measure)
  const figures = drawn.flatMap((measure) => {
    const figure = comparedFigure(comparison, measure, measureSentences(comparison, measure).join(' '))
    return figure ? [figure] : []
  })
  const pictures = await Promise.all(figures.map(figureHtml))
  const left = [
    ...methods.onlyA.map((method) => `${methodLabel(method)} (only in A)`),
    ...methods.onlyB.map((method) => `${methodLabel(method)} (only in B)`),
  ]
  return pageShell({
    title: `${names.a} and ${names.b}`,
    policy,
    version,
    body: html`<header>
        <p class="lead">Two studies side by side</p>
        <h1>${names.a} and ${names.b}</h1>
        <dl class="facts">
          <div>
            <dt>A</dt>
            <dd>${names.a}: ${titles.a}</dd>
          </div>
          <div>
            <dt>B</dt>
            <dd>${names.b}: ${titles.b}</dd>
          </div>
        </dl>
      </header>
      <main>
        <section aria-labelledby="answer">
          <h2 id="answer">What differs?</h2>
          <div class="answer">${compareAnswer(comparison).map((sentence) => html`<p>${sentence}</p> `)}</div>
          ${left.length > 0 ? html`<p>Not compared: ${left.join(', ')}.</p>` : html``}
          ${table(
            'Settings that differ',
            [
              { title: 'key', value: ({ key }) => key, isName: true },
              { title: 'A', value: ({ a }) => a ?? absent, isText: true },
              { title: 'B', value: ({ b }) => b ?? absent, isText: true },
            ],
            settings,
          )}
        </section>
        <section aria-labelledby="numbers">
          <h2 id="numbers">How do the numbers differ?</h2>
          <p>${intervalNote(comparison)}</p>
          ${pictures}${measureNames.filter(has).map((measure) => numbersTable(comparison, measure))}
        </section>
        <section aria-labelledby="limit">
          <h2 id="limit">Is there a limit in both?</h2>
          ${verdictsPart(comparison)}
        </section>
      </main>
      <footer>
        <p>Made by limn ${version}.</p>
      </footer>`,
  })
}
