import { writeSync } from 'node:fs'
import type { Dataset } from '../data/dataset.js'
import { FileError } from '../data/file-error.js'
import type { Aim } from '../data/targets.js'
import { aimLines } from '../node/samples/aim-lines.js'
import { short } from '../data/short.js'
import { visible, visibleJson } from '../data/visible.js'

export { short } from '../data/short.js'

/** Where results for people go: to stdout, unless that takes the bytes of a file. */
let resultStream: 1 | 2 = 1

/** From here on {@link print} writes to stderr, as stdout takes the output file. */
export function resultsOnStderr(): void {
  resultStream = 2
}

/** What may stand in a message of several lines. */
const layout = '\n\t'

/**
 * Writes all of `text` to stdout before returning, also into a pipe that is slow to drain. Characters that a terminal would
 * act on are shown as escapes, here and in {@link say}.
 */
export function print(text: string): void {
  const shown = visible(text, layout)
  const bytes = Buffer.from(shown.endsWith('\n') ? shown : `${shown}\n`)
  let at = 0
  while (at < bytes.length) {
    try {
      at += writeSync(resultStream, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // A reader that has seen enough (head) is no failure.
      if (code === 'EPIPE') return
      if (code === 'ENOSPC') throw new FileError('standard output', 'no space left on the device; free some space')
      if (code !== 'EAGAIN') throw error
    }
  }
}

/**
 * One JSON document on stdout.
 *
 * @throws RangeError when a number is not finite, which JSON cannot say
 */
export function printJson(value: unknown): void {
  const json = JSON.stringify(value, (key, entry: unknown) => {
    if (typeof entry === 'number' && !Number.isFinite(entry))
      throw new RangeError(`${key}: expected a finite number, got ${entry}`)
    return ArrayBuffer.isView(entry) ? Array.from(entry as Float64Array) : entry
  })
  print(visibleJson(json))
}

/** A message for people, on stderr. */
export function say(text: string): void {
  process.stderr.write(`${visible(text, layout)}\n`)
}

/** Says {@link aimLines}. */
export function sayAim(data: Dataset, aim: Aim): void {
  aimLines(data, aim).forEach(say)
}

/** A training curve, measured or predicted: the JSON document `{steps, loss, accuracy?}`, or one line. */
export function printCurve(
  steps: number,
  { loss, accuracy }: { readonly loss: Float64Array; readonly accuracy?: Float64Array | undefined },
  json = false,
): void {
  if (json) {
    printJson({ steps, loss, ...(accuracy && { accuracy }) })
    return
  }
  const last = accuracy?.at(-1)
  const correct = last === undefined ? '' : `, accuracy ${short(last)}`
  print(`loss ${short(loss[0])} → ${short(loss[steps])} in ${steps} steps${correct}`)
}
