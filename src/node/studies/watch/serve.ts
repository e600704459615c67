import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync, type Stats } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { liveLossFigures, progressFigure, type LiveCurve, type ProgressPoint } from '../../../plot/live.js'
import { renderSvg } from '../../../plot/render.js'
import { watchPage, watchPanels, watchScript } from '../../../report/watch-page.js'
import { settingOf, type Job } from '../../../study/job.js'
import type { Setting } from '../../../study/vocabulary.js'
import { nameOf } from '../../../study/own-modules.js'
import type { StudyPlan } from '../../../study/plan.js'
import { planPath } from '../plan-file.js'
import { curveOf, isTraining } from './curves.js'
import type { WatchedStudy } from './watch.js'

/** A page that shows a study while it is computed. */
export interface WatchServer {
  /** On loopback: `http://127.0.0.1:port/`. */
  readonly url: string
  /** Shows a moment to all who look. */
  show(moment: WatchedStudy): Promise<void>
  close(): Promise<void>
}

/** Milliseconds between two drawings of the figures. */
const drawEvery = 5000

/** Bytes that a browser may be behind. */
const mostBehind = 8e6

/** Whether a request was for loopback, at whatever port: a tunnel may have another. */
const isLoopback = (host: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)

const reportFile = 'report.html'

/** What is known of a file; undefined while it is not there, or cannot be asked for. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Settings of jobs, each once, in the order of densities. */
function settingsOf(jobs: readonly Job[]): Setting[] {
  const found = new Map(jobs.map((job) => [JSON.stringify(settingOf(job)), settingOf(job)]))
  return [...found.values()].sort(
    (a, b) =>
      a.hiddenLayers - b.hiddenLayers || (a.scope < b.scope ? -1 : a.scope > b.scope ? 1 : b.density - a.density),
  )
}

/** Whether the folder has a report of the plan that is there now. */
function hasReportOf(directory: string): boolean {
  const [report, plan] = [join(directory, reportFile), planPath(directory)].map(statsOf)
  return report !== undefined && plan !== undefined && report.mtimeMs >= plan.mtimeMs
}

/** What a browser may do on the page: run its one script, ask this server, nothing else. */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(watchScript).digest('base64')}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Serves the page on loopback. Requests for another host than loopback are refused, so that no page elsewhere reads it through a
 * name that points here.
 *
 * @param port 0 for any that is free
 * @throws Error when the port is taken
 */
export async function serveWatch(directory: string, plan: StudyPlan, port: number): Promise<WatchServer> {
  const begin = performance.now()
  const points: ProgressPoint[] = []
  const curves: LiveCurve[] = []
  const byId = new Map(plan.jobs.map((job) => [job.id, job]))
  const methods = plan.config.prune.methods.map((method) => nameOf(method, plan.facts.methods))
  const isDrawn = isTraining(plan)
  const settings = settingsOf(plan.jobs.filter(isDrawn))
  const open = new Set<ServerResponse>()
  let latest = { message: '', markup: '' }
  let drawn: { at: number; figures: { svg: string; title: string; sentence: string }[] } | undefined

  async function figures(total: number, complete: boolean) {
    if (!drawn || complete || performance.now() - drawn.at > drawEvery) {
      const made = [progressFigure(points, total), ...liveLossFigures(curves, methods, settings)]
      drawn = { at: performance.now(), figures: [] }
      for (const figure of made) {
        if (figure) drawn.figures.push({ svg: await renderSvg(figure), title: figure.title, sentence: figure.sentence })
      }
    }
    return drawn.figures
  }

  const server = createServer((request, response) => {
    const host = request.headers.host ?? ''
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('cache-control', 'no-store')
    response.setHeader('cross-origin-resource-policy', 'same-origin')
    if (!isLoopback(host)) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('expected a request for loopback\n')
      return
    }
    if (request.method !== 'GET') {
      response.writeHead(405, { allow: 'GET', 'content-type': 'text/plain' }).end('expected GET\n')
      return
    }
    const path = (request.url ?? '/').replace(/\?.*$/, '')
    if (path === '/') {
      response.setHeader('content-security-policy', policy)
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(watchPage(plan.config.title, latest.markup))
    } else if (path === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      response.write('retry: 2000\n\n')
      if (latest.message !== '') response.write(latest.message)
      open.add(response)
      response.on('close', () => open.delete(response))
    } else if (path === `/${reportFile}` && existsSync(join(directory, reportFile))) {
      // The report brings a policy of its own; whatever the file is, it gets no part of this page.
      response.setHeader('content-security-policy', 'sandbox allow-scripts')
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      createReadStream(join(directory, reportFile))
        .on('error', () => response.destroy())
        .pipe(response)
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('there is / and /events\n')
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${own}/`,
    async show(moment) {
      const { title, failures, machines, queue, rows, done, total } = moment
      const minutes = (performance.now() - begin) / 60_000
      const last = points.at(-1)
      if (last?.done !== done || minutes - last.minutes > 0.5) points.push({ minutes, done })
      for (const [id, found] of rows) {
        const job = byId.get(id)
        const curve = job && isDrawn(job) && curveOf(job, found)
        if (curve) curves.push(curve)
      }
      const complete = done === total
      const hasReport = hasReportOf(directory)
      const drawings = await figures(total, complete)
      const { answer, markup } = watchPanels({ moment, failures, machines, queue, figures: drawings, hasReport })
      const data = JSON.stringify({ title: `${answer} ${title}`, html: markup, complete: complete && hasReport })
      latest = { message: `data: ${data}\n\n`, markup }
      for (const response of open) {
        // A browser that does not read is cut off, and asks again.
        if (response.writableLength > mostBehind) response.destroy()
        else response.write(latest.message)
      }
    },
    async close() {
      for (const response of open) response.end()
      server.closeAllConnections()
      server.close()
      if (server.listening) await once(server, 'close')
    },
  }
}
