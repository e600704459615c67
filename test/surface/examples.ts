// Examples in doc comments as programs of a user: what each says that it prints, what it prints, what the compiler says.

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import type { PublicName } from '../../scripts/public-surface.js'

/** One example of a public name. */
export interface Example {
  readonly id: string
  readonly entry: string
  readonly code: string
}

/** What running an example gave: printed texts, in order, or the error that ended it. */
export interface Printed {
  readonly printed: readonly string[]
  readonly error?: string
}

const folderOf = (entry: string): string => entry.replace('/', '-')

/** All examples, each once: a name of two entries is run with the first. */
export function examplesOf(names: readonly PublicName[]): Example[] {
  const seen = new Set<string>()
  return names.flatMap(({ entry, name, examples }) =>
    examples.flatMap((code, i) => {
      if (seen.has(code)) return []
      seen.add(code)
      return [{ id: `${folderOf(entry)}/${name}${i === 0 ? '' : `-${i + 1}`}`, entry, code }]
    }),
  )
}

/** Layout does not count: runs of white space are one blank. */
const flat = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** For every `console.log` what the example says it prints: the comment behind it, else the comment lines below; null where it says nothing. */
export function statedOutput(code: string): (string | null)[] {
  const lines = code.split('\n')
  return lines.flatMap((line, i) => {
    if (!line.includes('console.log(')) return []
    const behind = /\) \/\/ (.*)$/.exec(line)
    if (behind) return [flat(behind[1])]
    const rest = lines.slice(i + 1)
    const end = rest.findIndex((below) => !below.trim().startsWith('//'))
    const below = rest.slice(0, end < 0 ? rest.length : end)
    return [below.length === 0 ? null : flat(below.map((text) => text.trim().slice(2)).join(' '))]
  })
}

/** Imports the modules of one folder in turn, each in an empty folder of its own, and prints as JSON what they print. */
const runner = `import { mkdirSync } from 'node:fs'
import { format } from 'node:util'
const [folder, ...names] = process.argv.slice(2)
const results = {}
for (const name of names) {
  const printed = []
  console.log = (...values) => printed.push(format(...values))
  const at = folder + '/files/' + name
  mkdirSync(at, { recursive: true })
  process.chdir(at)
  try {
    await import(folder + '/' + name + '.mjs')
    results[name] = { printed }
  } catch (error) {
    results[name] = { printed, error: String(error?.stack ?? error) }
  }
}
process.stdout.write(JSON.stringify(results), () => process.exit(0))
`

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  skipLibCheck: true,
  noEmit: true,
}

/** A folder outside of the package in which it is installed, with all examples as files. */
export interface ExampleFolder {
  readonly path: string
  readonly examples: readonly Example[]
}

/** Writes the examples beside an installed limn (its `dist`, by a link) and its dependencies. */
export function placeExamples(examples: readonly Example[]): ExampleFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'limn-examples-')))
  const modules = join(path, 'node_modules')
  mkdirSync(modules)
  symlinkSync(resolve('.'), join(modules, 'limn'))
  for (const name of readdirSync('node_modules')) {
    if (name !== 'limn' && !name.startsWith('.')) symlinkSync(resolve('node_modules', name), join(modules, name))
  }
  writeFileSync(join(path, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  writeFileSync(join(path, 'run.mjs'), runner)
  for (const { id, entry, code } of examples) {
    mkdirSync(join(path, folderOf(entry)), { recursive: true })
    writeFileSync(join(path, `${id}.ts`), code)
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { target: options.target!, module: ts.ModuleKind.ESNext },
    })
    writeFileSync(join(path, `${id}.mjs`), outputText)
  }
  return { path, examples }
}

/** Type errors of all examples, as `id:line message`. */
export function typeErrors({ path, examples }: ExampleFolder): string[] {
  const files = examples.map(({ id }) => join(path, `${id}.ts`))
  const program = ts.createProgram(files, { ...options, typeRoots: [join(path, 'node_modules/@types')] })
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start ?? 0).line + 1 : 0
    return `${file?.fileName.slice(path.length + 1) ?? ''}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

/** Runs the examples, one process for each entry. */
export async function runExamples({ path, examples }: ExampleFolder): Promise<ReadonlyMap<string, Printed>> {
  const folders = [...new Set(examples.map(({ entry }) => folderOf(entry)))]
  const results = await Promise.all(
    folders.map(async (folder) => {
      const names = examples
        .filter(({ id }) => id.startsWith(`${folder}/`))
        .map(({ id }) => id.slice(folder.length + 1))
      const text = await new Promise<string>((done, fail) => {
        const args = [join(path, 'run.mjs'), join(path, folder), ...names]
        execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout) =>
          error ? fail(new Error(`examples of ${folder}: ${error.message}`)) : done(stdout),
        )
      })
      const printed = JSON.parse(text) as Record<string, Printed>
      return Object.entries(printed).map(([name, one]): [string, Printed] => [
        `${folder}/${name}`,
        { ...one, printed: one.printed.map(flat) },
      ])
    }),
  )
  return new Map(results.flat())
}

/** Removes the folder. */
export const removeExamples = ({ path }: ExampleFolder): void => rmSync(path, { recursive: true })
