import { isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { FileError } from '../data/file-error.js'
import { nearestName } from '../data/nearest-name.js'
import { unusedKeys } from './key-uses.js'
import { depthsOf, knownKeys, studySchema, type StudyConfig } from './schema.js'

/** Offset of the node at `path`, or of the deepest ancestor that the document has. */
function offsetOf(document: Document, path: readonly PropertyKey[], wantKey: boolean): number {
  let node: unknown = document.contents
  let offset = 0
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === String(part))
      if (!pair) return offset
      const range = (wantKey && depth === path.length - 1 ? pair.key : (pair.value ?? pair.key)) as { range?: number[] }
      offset = range.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      offset = (node as { range?: number[] } | undefined)?.range?.[0] ?? offset
    } else return offset
  }
  return offset
}

/** What is wrong at a place of the file: at a key itself, or at its value. */
interface Problem {
  readonly path: readonly PropertyKey[]
  readonly atKey: boolean
  readonly text: string
}

const kindNames: Readonly<Record<string, string>> = {
  object: 'a section',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  int: 'an integer',
  number: 'a number',
}

const named = (path: readonly PropertyKey[], text: string): string =>
  path.length > 0 ? `${path.map(String).join('.')}: ${text}` : text

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Readonly<Record<PropertyKey, unknown>> | undefined)?.[part], value)
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path)
    return issue.keys.map((key) => {
      const path = [...issue.path, key]
      const nearest = nearestName(key, known)
      const remedy = nearest === undefined ? `; known keys here: ${known.join(', ')}` : ` (did you mean ${nearest}?)`
      return { path, atKey: true, text: named(path, `unknown key '${key}'${remedy}`) }
    })
  }
  const { path } = issue
  const got = valueAt(value, path)
  if (path.length === 0)
    return [{ path, atKey: false, text: `expected the keys of a study (${knownKeys([]).join(', ')})` }]
  if (issue.code === 'invalid_type' && got === undefined)
    return [
      { path, atKey: false, text: named(path, `expected ${kindNames[issue.expected] ?? 'a value'}, got nothing`) },
    ]
  const expected = issue.message.replace(/^Invalid \w+: /, '')
  const nearest = issue.code === 'invalid_value' ? nearestName(String(got), issue.values.map(String)) : undefined
  const remedy = nearest === undefined ? '' : ` (did you mean ${nearest}?)`
  return [{ path, atKey: false, text: named(path, `${expected.charAt(0).toLowerCase()}${expected.slice(1)}${remedy}`) }]
}

/** What the schema cannot say: keys that need or exclude one another. */
function conflicts(config: StudyConfig): Problem[] {
  const { network, spectrum, training, trials } = config
  const problem = (path: string[], text: string): Problem => ({ path, atKey: false, text: named(path, text) })
  const both = (network.widths === undefined) === (network.sizes === undefined)
  const variances = depthsOf(config).flatMap((hidden) => {
    const got = network.sigmaW2?.length ?? hidden + 1
    const text = `expected ${hidden + 1} numbers, one per weight matrix, got ${got}`
    return got === hidden + 1 ? [] : [problem(['network', 'sigmaW2'], text)]
  })
  const untrained = `expected at most trials = ${trials}, got ${training.trials}`
  return [
    ...(both ? [problem(['network'], 'expected either widths (a ladder) or sizes (one architecture)')] : []),
    ...variances.slice(0, 1),
    ...(spectrum && spectrum.top > spectrum.samples
      ? [problem(['spectrum', 'top'], `expected at most samples = ${spectrum.samples}, got ${spectrum.top}`)]
      : []),
    ...(training.trials > trials ? [problem(['training', 'trials'], untrained)] : []),
  ]
}

/** The document's value. @throws FileError when an alias has no anchor, or aliases multiply beyond reason */
function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw new FileError(file, `not YAML: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * Reads a study file (YAML or JSON). All that is wrong with it is said at once: unknown keys with the nearest known name,
 * missing ones, wrong values; and of a file that is right so far, the keys that have no effect in it, with the reason.
 *
 * @param text the file's contents
 * @param file its name, for messages
 * @throws FileError naming the file, line, key and what was expected
 *
 * @example
 * import { readStudy } from 'limn/study'
 *
 * const text = `trials: 3
 * data: { source: mnist, samples: 64 }
 * network: { widths: [32, 64] }
 * prune: { methods: [snip], densities: [0.1] }`
 * const { trials, prune } = readStudy(text, 'study.yaml')
 * // What the file does not say has its default.
 * console.log(trials, prune.scope) // 3 global
 */
export function readStudy(text: string, file: string): StudyConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number) => `line ${lines.linePos(offset).line}`
  const broken = document.errors.at(0)
  if (broken)
    throw new FileError(
      file,
      `not YAML: ${broken.message.split('\n')[0].replace(/ at line.*$/, '')}`,
      at(broken.pos[0]),
    )
  const value = plainValue(document, file)
  /** @throws FileError when there are any */
  const refuse = (problems: readonly Problem[]): void => {
    const placed = problems
      .map(({ path, atKey, text: problem }) => ({ offset: offsetOf(document, path, atKey), problem }))
      .sort((a, b) => a.offset - b.offset)
    const [first, ...others] = placed
    if (placed.length === 0) return
    const more = others.map(({ offset, problem }) => `; ${at(offset)}: ${problem}`)
    throw new FileError(file, `${first.problem}${more.join('')}`, at(first.offset))
  }
  const parsed = studySchema.safeParse(value)
  if (!parsed.success) {
    refuse(parsed.error.issues.flatMap((issue) => problemsOf(issue, value)))
    throw parsed.error
  }
  refuse(conflicts(parsed.data))
  refuse(
    unusedKeys(value, parsed.data).map(({ key, reason }) => {
      const path = key.split('.')
      return { path, atKey: true, text: named(path, `has no effect here: ${reason}; leave it out`) }
    }),
  )
  return parsed.data
}
