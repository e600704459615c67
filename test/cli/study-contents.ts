import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeRows } from '../../src/study/results-file.js'

/** The names of a study's result files. */
export const resultNames = (folder: string): string[] =>
  existsSync(join(folder, 'runs')) ? readdirSync(join(folder, 'runs')).sort() : []

/** Results of a study, but for what two computations of a job differ in: the time that it took, memory and machine. */
export async function studyContents(folder: string): Promise<unknown[]> {
  const found: unknown[] = []
  for (const name of resultNames(folder)) {
    const bytes = readFileSync(join(folder, 'runs', name))
    if (name.endsWith('.npz')) found.push([name, bytes.toString('base64')])
    else {
      const rows = await decodeRows(bytes)
      found.push([name, rows.map((row) => ({ ...row, seconds: 0, peak_memory: 0, machine: '' }))])
    }
  }
  return found
}
