import { isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { FileError } from '../data/file-error.js'
import { depthsOf, studySchema, type StudyConfig } from './schema.js'

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

function describe(issue: z.core.$ZodIssue): { path: PropertyKey[]; key: boolean; text: string } {
  if (issue.code === 'unrecognized_keys') {
    return { path: [...issue.path, issue.keys[0]], key: true, text: `unknown key '${issue.keys[0]}'` }
  }
  const expected = issue.message.replace(/^Invalid \w+: /, '')
  return { path: [...issue.path], key: false, text: expected.charAt(0).toLowerCase() + expected.slice(1) }
}

function knownKeys(path: readonly PropertyKey[]): string {
  let schema: unknown = studySchema
  for (const part of path) {
    while ((schema as { def?: { innerType?: unknown } }).def?.innerType) {
      schema = (schema as { def: { innerType: unknown } }).def.innerType
    }
    schema = (schema as { shape?: Record<PropertyKey, unknown> }).shape?.[part]
  }
  while ((schema as { def?: { innerType?: unknown } }).def?.innerType) {
    schema = (schema as { def: { innerType: unknown } }).def.innerType
  }
  return Object.keys((schema as { shape?: object }).shape ?? {}).join(', ')
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
 * Reads a study file (YAML or JSON).
 *
 * @param text the file's contents
 * @param file its name, for messages
 * @throws FileError naming the file, line, key and what was expected
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
  const parsed = studySchema.safeParse(plainValue(document, file))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const { path, key, text: problem } = describe(issue)
    const where = path.length > 0 ? `${path.map(String).join('.')}: ` : ''
    const remedy = key ? `; known keys here: ${knownKeys(path.slice(0, -1))}` : ''
    throw new FileError(file, `${where}${problem}${remedy}`, at(offsetOf(document, path, key)))
  }
  const { network, training, trials } = parsed.data
  const refuse = (path: string[], problem: string): never => {
    throw new FileError(file, `${path.join('.')}: ${problem}`, at(offsetOf(document, path, false)))
  }
  if ((network.widths === undefined) === (network.sizes === undefined)) {
    refuse(['network'], 'expected either widths (a ladder) or sizes (one architecture)')
  }
  for (const hidden of depthsOf(parsed.data)) {
    if (network.sigmaW2 && network.sigmaW2.length !== hidden + 1) {
      const got = network.sigmaW2.length
      refuse(['network', 'sigmaW2'], `expected ${hidden + 1} numbers, one per weight matrix, got ${got}`)
    }
  }
  if (training.trials > trials)
    refuse(['training', 'trials'], `expected at most trials = ${trials}, got ${training.trials}`)
  return parsed.data
}
