import { readText, writeAtomic } from '../src/node/files/files.js'
import { resultsMarkdown } from './text.js'
import type { Results } from './results.js'

const begin = '<!-- bench:begin -->'
const end = '<!-- bench:end -->'

/**
 * Puts the results between the markers of a Markdown page.
 *
 * @throws Error when the page lacks the markers
 */
export function insertResults(page: string, results: Results): string {
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (!(from >= 0 && to > from))
    throw new Error(`bench: expected the markers ${begin} and ${end} in the page, got none`)
  return `${page.slice(0, from + begin.length)}\n\n${resultsMarkdown(results)}\n\n${page.slice(to)}`
}

/** Replaces the generated part of a file. */
export function writeDocument(file: string, results: Results): void {
  writeAtomic(file, insertResults(readText(file), results))
}
