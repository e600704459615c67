import { SingleBar } from 'cli-progress'
import { clock } from '../data/clock.js'
import { visible } from '../data/visible.js'

/** Progress of one long computation on stderr: a bar with time left on a terminal, a line every ten seconds elsewhere. */
export interface Progress {
  /** @param share done so far, 0 … 1 */
  update(share: number, label?: string): void
  stop(): void
}

/** Seconds between lines where stderr is not a terminal. */
const lineInterval = 10
/** Seconds before the first sign of life: short work stays silent. */
const patience = 1

/** @param from share that was done before: time left is counted from there */
export function startProgress(what: string, from = 0): Progress {
  const begin = performance.now()
  const terminal = process.stderr.isTTY
  let bar: SingleBar | undefined
  let lastLine = 0
  return {
    update(share, text = '') {
      const label = visible(text)
      const elapsed = (performance.now() - begin) / 1000
      if (elapsed < patience) return
      const left = share - from > 0.01 * (1 - from) ? clock((elapsed * (1 - share)) / (share - from)) : '?'
      if (terminal) {
        if (!bar) {
          bar = new SingleBar({
            format: `${what} {bar} {percentage}% | {left} left {label}`,
            stream: process.stderr,
            hideCursor: true,
            clearOnComplete: true,
          })
          bar.start(1000, 0, { left, label })
        }
        bar.update(Math.round(1000 * share), { left, label })
      } else if (elapsed - lastLine >= lineInterval) {
        lastLine = elapsed
        process.stderr.write(`${what}: ${Math.round(100 * share)} %, ${left} left${label ? `, ${label}` : ''}\n`)
      }
    },
    stop() {
      bar?.stop()
    },
  }
}
