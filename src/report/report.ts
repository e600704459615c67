import { formatPlural } from '../plot/format.js'
import type { StudyFigure } from '../plot/figures.js'
import { renderSvg } from '../plot/render.js'
import type { Findings } from '../study/findings.js'
import { html, trusted, type Html } from './html.js'
import { sections, type Section } from './sections.js'
import { styleSheet } from './style.js'

/** Lets the reader turn light and dark round. Nothing on the page needs it: without scripts the button stays hidden. */
const themeScript = `
const root = document.documentElement, button = document.querySelector('button')
const isDark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'
const label = () => { button.textContent = isDark() ? 'Light' : 'Dark' }
button.addEventListener('click', () => { root.dataset.theme = isDark() ? 'light' : 'dark'; label() })
button.hidden = false
label()
`

/** Below this share of its own width a figure scrolls instead of shrinking, so that its text stays readable. */
const smallestShare = 0.8

async function figureHtml(figure: StudyFigure, number: number): Promise<Html> {
  const svg = await renderSvg(figure)
  const width = Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 0)
  const sized = svg.replace('<svg ', `<svg style="min-width:${Math.round(smallestShare * width)}px" `)
  return html`<figure id="figure-${figure.id}">
    <div class="scroll" tabindex="0" role="region" aria-label="${figure.title}">${trusted(sized)}</div>
    <figcaption><b>Figure ${number}.</b> ${figure.sentence}</figcaption>
  </figure> `
}

/**
 * The report of a study: one HTML page that needs nothing else, neither network nor scripts. The same findings and
 * figures give the same text.
 *
 * @param figures as {@link studyFigures} makes them; each goes into the section that its kind belongs to
 */
export async function renderReport(findings: Findings, figures: readonly StudyFigure[]): Promise<string> {
  const { provenance } = findings
  const entries = Object.entries<Section>(sections)
  const body: Html[] = []
  let number = 0
  for (const [id, section] of entries) {
    const drawn: Html[] = []
    for (const figure of section.figures.flatMap((kind) => figures.filter((f) => f.kind === kind))) {
      number += 1
      drawn.push(await figureHtml(figure, number))
    }
    const missing = section.figures.length > 0 && drawn.length === 0 ? html`<p>${section.without}</p>` : html``
    body.push(
      html`<section aria-labelledby="${id}">
        <h2 id="${id}"><a href="#${id}">${section.title}</a></h2>
        ${section.opening}
        ${section.before?.(findings) ?? html``}${drawn}${missing}${section.after?.(findings) ?? html``}
      </section> `,
    )
  }
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="limn ${provenance.limnVersion}" />
        <title>${provenance.title}</title>
        <style>
          ${trusted(styleSheet)}
        </style>
      </head>
      <body>
        <header>
          <p class="lead">The infinite-width limit of pruned neural networks</p>
          <h1>${provenance.title}</h1>
          <nav aria-label="Contents">
            <ol>
              ${entries.map(([id, { title }]) => html`<li><a href="#${id}">${title}</a></li> `)}
            </ol>
          </nav>
        </header>
        <main>${body}</main>
        <footer>
          <p>
            Made by limn ${provenance.limnVersion} from ${formatPlural(provenance.runs, 'run')}, seed
            ${provenance.seed}.
          </p>
        </footer>
        <button type="button" hidden aria-label="Switch between light and dark"></button>
        <script>
          ${trusted(themeScript)}
        </script>
      </body>
    </html> `
  return page.html
}
