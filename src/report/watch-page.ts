import { clock } from '../data/clock.js'
import { formatNumber, formatPlural } from '../plot/format.js'
import type { StudyMoment } from '../study/watch.js'
import { html, table, trusted, type Html } from './html.js'
import { readableSvg } from './readable-svg.js'
import { version } from '../version.js'
import { pageShell } from './shell.js'
import { watchSentence } from './watch-words.js'

/** What a queue says of a study. */
interface QueuePanel {
  readonly answers: boolean
  readonly workers: number
  readonly waiting: number
  readonly active: number
  readonly failed: number
  readonly processes: readonly { readonly name: string; readonly jobs: readonly string[] }[]
}

/** What the page of a watch shows beside how far the study is. */
export interface WatchPanels {
  readonly moment: StudyMoment
  readonly failures: readonly { readonly job: string; readonly error: string }[]
  readonly machines: readonly { readonly name: string; readonly results: number; readonly silent: number }[]
  readonly queue?: QueuePanel | undefined
  /** Pictures with the sentences under them. */
  readonly figures: readonly { readonly svg: string; readonly title: string; readonly sentence: string }[]
  /** Whether the report is written. */
  readonly hasReport: boolean
}

/** Puts what the server sends into the page, and says when the server is gone; the browser asks again by itself. */
export const watchScript = `
const live = document.getElementById('live'), state = document.getElementById('state')
const events = new EventSource('/events')
events.onmessage = ({ data }) => {
  const { title, html, complete } = JSON.parse(data)
  document.title = title
  live.innerHTML = html
  state.textContent = complete ? 'The study is complete.' : 'Live.'
  if (complete) events.close()
}
events.onerror = () => { state.textContent = 'The watch does not answer; asking again.' }
`

const watchStyle = `
.bar{height:.55rem;border-radius:999px;background:var(--line);overflow:hidden;min-width:6rem}
.bar i{display:block;height:100%;background:var(--link)}
.kinds{display:grid;grid-template-columns:max-content 1fr max-content;gap:.35rem .9rem;align-items:center;margin:1rem 0;font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif;font-size:.88rem;font-variant-numeric:tabular-nums}
.wrong{overflow-wrap:anywhere}
`

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

function bars({ kinds }: StudyMoment): Html {
  const rows = kinds.map(
    ({ kind, total, done }) =>
      html`<span>${kind}</span>
        <div class="bar" role="img" aria-label="${done} of ${total}">
          <i style="width:${percent(total > 0 ? done / total : 1)}"></i>
        </div>
        <span>${done} of ${total}</span> `,
  )
  return html`<div class="kinds">${rows}</div> `
}

function queuePart({ answers, workers, active, waiting, failed, processes }: QueuePanel): Html {
  if (!answers) return html`<p>The queue does not answer.</p>`
  return html`<p>
      The queue has ${formatPlural(workers, 'worker')}, ${formatPlural(active, 'job')} at work, ${waiting} waiting and
      ${failed} failed.
    </p>
    ${table(
      'Workers of the queue',
      [
        { title: 'worker', value: ({ name }) => name, isName: true },
        { title: 'is at', isText: true, value: ({ jobs }) => (jobs.length > 0 ? jobs.join(', ') : 'waits') },
      ],
      processes,
    )}`
}

function machinesPart({ machines, queue }: WatchPanels): Html {
  const said = queue ? queuePart(queue) : html``
  const rows = table(
    'Machines whose results came of late',
    [
      { title: 'machine', value: ({ name }) => name, isName: true },
      { title: 'results', value: ({ results }) => String(results) },
      { title: 'last result', value: ({ silent }) => `${clock(silent / 1000)} ago` },
    ],
    machines,
  )
  return html`${said}${rows}`
}

/** The part of the page that changes, as markup, with the title of the page. */
export function watchPanels(panels: WatchPanels): { readonly answer: string; readonly markup: string } {
  const { moment, failures, figures, hasReport } = panels
  const answer = watchSentence(moment, failures)
  const complete = moment.done === moment.total
  const markup = html`<div class="answer">
      <p>${answer}</p>
      ${complete && hasReport ? html`<p><a href="/report.html">Read the report.</a></p>` : html``}
      ${complete && !hasReport ? html`<p>The report is not written yet: limn study report writes it.</p>` : html``}
    </div>
    <div class="bar" role="img" aria-label="${percent(moment.share)} of the expected work">
      <i style="width:${percent(moment.share)}"></i>
    </div>
    <p class="lead">${formatNumber(100 * moment.share)} % of the expected work</p>
    ${bars(moment)}${machinesPart(panels)} ${failures.length > 0 ? html`<h2>What could not be computed</h2>` : html``}
    ${failures.map(({ job, error }) => html`<p class="wrong"><b>${job}</b>: ${error}</p>`)}
    ${figures.map(
      ({ svg, title, sentence }) =>
        html`<figure>
          <div class="scroll" tabindex="0" role="region" aria-label="${title}">${trusted(readableSvg(svg))}</div>
          <figcaption>${sentence}</figcaption>
        </figure>`,
    )}`
  return { answer, markup: markup.html }
}

/** The page of a watch, whose changing part a server sends as events. */
export function watchPage(title: string, first: string): string {
  return pageShell({
    title,
    version,
    style: watchStyle,
    body: html`<header>
        <p class="lead">A study while it is computed</p>
        <h1>${title}</h1>
      </header>
      <main>
        <section>
          <div id="live" aria-live="polite">${trusted(first)}</div>
          <p class="lead" id="state">Live.</p>
        </section>
      </main>
      ${trusted(`<script>${watchScript}</script>`)}`,
  })
}
