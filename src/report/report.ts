import { settingName, type StudyFigure } from '../plot/figures.js'
import { formatPlural } from '../plot/format.js'
import { sameSetting } from '../plot/select.js'
import { renderSvg } from '../plot/render.js'
import type { Findings } from '../study/findings.js'
import { readableSvg } from './readable-svg.js'
import { html, trusted, type Html } from './html.js'
import type { FigureLink, Section } from './sections/section.js'
import { sections } from './sections.js'
import { pageShell } from './shell.js'

/**
 * Lets the reader turn light and dark round and open all settings at once, and opens what a link or the printer asks for.
 * Nothing on the page needs it: without scripts the buttons stay hidden.
 */
const pageScript = `
const root = document.documentElement, [theme, all] = ['theme', 'all'].map((id) => document.getElementById(id))
const isDark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'
const label = () => { theme.textContent = isDark() ? 'Light' : 'Dark' }
theme.addEventListener('click', () => { root.dataset.theme = isDark() ? 'light' : 'dark'; label() })
theme.hidden = false
label()
const folds = [...document.querySelectorAll('main details')]
const settings = folds.filter((fold) => fold.matches('.setting'))
if (all && settings.length > 1) {
  const isOpen = () => settings.every((fold) => fold.open)
  const name = () => { all.textContent = isOpen() ? 'Fold settings' : 'Open all settings' }
  all.addEventListener('click', () => { const open = !isOpen(); for (const fold of settings) fold.open = open; name() })
  all.hidden = false
  name()
}
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  for (let fold = target?.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
  target?.scrollIntoView()
}
addEventListener('hashchange', reveal)
if (location.hash) reveal()
addEventListener('beforeprint', () => { for (const fold of folds) fold.open = true })
`

/** Of {@link pageScript}, in base64: the one script that a browser may run on the page. */
const scriptSum = 'UEtRDfSADhzRlFtEjLTsih2yO3BN5UzQAiljd8BhRvc='

/** What a browser may do on the page, whatever came into it: no request to anywhere, no script but its own. */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${scriptSum}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

async function figureHtml(figure: StudyFigure, number: number): Promise<Html> {
  const svg = await renderSvg(figure)
  return html`<figure id="figure-${figure.id}">
    <div class="scroll" tabindex="0" role="region" aria-label="${figure.title}">${trusted(readableSvg(svg))}</div>
    <figcaption><b>Figure ${number}.</b> ${figure.sentence}</figcaption>
  </figure> `
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What a section shows: its figures one after another, or with several settings one fold for each, the first open. */
function figuresHtml(findings: Findings, id: string, numbered: readonly Numbered[]): Html[] {
  if (findings.settings.length < 2) return numbered.map(({ markup }) => markup)
  return findings.settings.flatMap((setting, i) => {
    const own = numbered.filter(({ figure }) => sameSetting(figure.setting, setting))
    if (own.length === 0) return []
    const name = capitalized(settingName(findings, setting).join(', '))
    return [
      html`<details class="setting" id="${id}-${i + 1}" ${trusted(i === 0 ? 'open' : '')}>
        <summary>${name} <span>${formatPlural(own.length, 'figure')}</span></summary>
        ${own.map(({ markup }) => markup)}
      </details> `,
    ]
  })
}

interface Numbered {
  readonly figure: StudyFigure
  readonly number: number
  readonly markup: Html
}

/** All figures by name, folded away. */
function listOfFigures(findings: Findings, all: readonly Numbered[]): Html {
  if (all.length === 0) return html``
  const item = ({ figure, number }: Numbered) => {
    const where = settingName(findings, figure.setting)
    return html`<li value="${number}">
      <a href="#figure-${figure.id}">${figure.title}${where.length > 0 ? ` (${where.join(', ')})` : ''}</a>
    </li> `
  }
  return html`<details>
    <summary>List of ${formatPlural(all.length, 'figure')}</summary>
    <ol>
      ${all.map(item)}
    </ol>
  </details> `
}

/**
 * The report of a study: one HTML page that needs nothing else, neither network nor scripts. The same findings and
 * figures give the same text.
 *
 * @param figures as `studyFigures` makes them; each goes into the section that its kind belongs to
 * @param table the sections in their order by their anchors. Default: those of every report
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { studyFigures } from 'limn/plot'
 * import { buildFindings, executeStudy, inProcessRunner, memoryStore, planFromText, plannedData, renderReport, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`
 * const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 * const store = memoryStore()
 * const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
 * const bench = { config: plan.config, data: await plannedData(plan, load), jobs, store }
 * await executeStudy({ jobs: plan.jobs, store, runner: inProcessRunner(bench) })
 * const findings = await buildFindings({ ...plan, store })
 * const page = await renderReport(findings, studyFigures(findings))
 * console.log(page.startsWith('<!doctype html>'), page.includes('Is there a limit?')) // true true
 */
export async function renderReport<Found extends Findings>(
  findings: Found,
  figures: readonly StudyFigure[],
  table: Readonly<Record<string, Section<Found>>> = sections,
): Promise<string> {
  const { provenance } = findings
  const entries = Object.entries(table)
  const link: FigureLink = (kind, setting, text) => {
    const figure = figures.find((one) => one.kind === kind && sameSetting(one.setting, setting))
    return figure
      ? html`<a class="see" href="#figure-${figure.id}">${text}</a>`
      : html`<span class="see">${text}</span>`
  }
  const body: Html[] = []
  const all: Numbered[] = []
  for (const [id, section] of entries) {
    const own = figures.filter(({ kind }) => section.figures.includes(kind))
    const rank = ({ kind, setting }: StudyFigure) =>
      findings.settings.findIndex((one) => sameSetting(one, setting)) * section.figures.length +
      section.figures.indexOf(kind)
    const drawn: Numbered[] = []
    for (const figure of own.toSorted((a, b) => rank(a) - rank(b))) {
      const number = all.length + drawn.length + 1
      drawn.push({ figure, number, markup: await figureHtml(figure, number) })
    }
    all.push(...drawn)
    body.push(
      html`<section aria-labelledby="${id}">
        <h2 id="${id}"><a href="#${id}">${section.title}</a></h2>
        <div class="answer">${section.answer(findings).map((sentence) => html`<p>${sentence}</p> `)}</div>
        ${section.opening}
        ${section.before?.(findings, link) ?? html``}${figuresHtml(findings, id, drawn)}${
          section.after?.(findings) ?? html``
        }
      </section> `,
    )
  }
  return pageShell({
    title: provenance.title,
    policy,
    version: provenance.limnVersion,
    body: html`<header>
        <p class="lead">The infinite-width limit of pruned neural networks</p>
        <h1>${provenance.title}</h1>
        <nav aria-label="Contents">
          <ol>
            ${entries.map(([id, { title }]) => html`<li><a href="#${id}">${title}</a></li> `)}
          </ol>
          ${listOfFigures(findings, all)}
        </nav>
      </header>
      <main>${body}</main>
      <footer>
        <p>
          Made by limn ${provenance.limnVersion} from ${formatPlural(provenance.runs, 'run')}, seed ${provenance.seed}.
        </p>
      </footer>
      <div class="buttons">
        <button id="all" type="button" hidden></button>
        <button id="theme" type="button" hidden aria-label="Switch between light and dark"></button>
      </div>
      ${trusted(`<script>${pageScript}</script>`)}`,
  })
}
