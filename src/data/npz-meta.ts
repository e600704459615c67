import { FileError } from './file-error.js'
import { npyHeader, readRawNpyHeader } from './npy-header.js'
import { parseUniqueJson } from './unique-json.js'

/** A JSON object, as files carry it beside their arrays. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** More is not read: what describes an archive is short. */
const longest = 2 ** 20
const limits = { depth: 16, keys: 1000 } as const

/** JSON in ASCII: other characters become `\\uXXXX`. */
export function asciiJson(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.replaceAll(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * A JSON object from a text.
 *
 * @throws FileError when it is something else, names a key twice, or is nested beyond reason
 */
export function parseJsonObject(text: string, file: string, key?: string): JsonObject {
  let value: unknown
  try {
    value = parseUniqueJson(text, limits)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new FileError(file, `expected JSON, got something else: ${error.message}`, key)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FileError(file, 'expected a JSON object, got another value', key)
  }
  return value as JsonObject
}

/** A text as a NumPy array without dimensions, of 32-bit characters. */
export function encodeMeta(meta: JsonObject): Uint8Array {
  const text = asciiJson(meta)
  const header = npyHeader(`<U${text.length}`, [])
  const result = new Uint8Array(header.length + 4 * text.length)
  result.set(header)
  for (let k = 0; k < text.length; k++) result[header.length + 4 * k] = text.charCodeAt(k)
  return result
}

const textType = /^([<>|=]?)([US])(\d+)$/

/** Whether a member of this name holds a text; a numeric array called `meta` is an array like any other. */
export function isMeta(contents: Uint8Array, name: string, file: string): boolean {
  return !name.endsWith('.npy') || textType.test(readRawNpyHeader(contents, file, 'meta').description)
}

/** The text of a NumPy array that holds one, of bytes or of characters. @throws FileError when it holds anything else */
export function npyText(contents: Uint8Array, file: string, key: string): string {
  const { description, shape, start } = readRawNpyHeader(contents, file, key)
  const [, order, kind, size] = textType.exec(description) ?? []
  const bytes = Number(size) * (kind === 'U' ? 4 : 1)
  if (shape.some((count) => count !== 1) || contents.length - start !== bytes) {
    throw new FileError(file, 'expected one text', key)
  }
  if (kind === 'S')
    return new TextDecoder('utf-8', { fatal: true }).decode(contents.subarray(start)).replace(/\0+$/, '')
  const view = new DataView(contents.buffer, contents.byteOffset + start, bytes)
  const points = Array.from({ length: bytes / 4 }, (_, k) => view.getUint32(4 * k, order !== '>'))
  return points
    .filter((point) => point > 0)
    .map((point) => String.fromCodePoint(point))
    .join('')
}

function textOf(contents: Uint8Array, name: string, file: string): string {
  return name.endsWith('.npy')
    ? npyText(contents, file, 'meta')
    : new TextDecoder('utf-8', { fatal: true }).decode(contents)
}

/**
 * The JSON object of a member `meta`.
 *
 * @throws FileError when it is none
 */
export function decodeMeta(contents: Uint8Array, name: string, file: string): JsonObject {
  if (contents.length > longest) throw new FileError(file, `expected at most ${longest} bytes`, 'meta')
  let text: string
  try {
    text = textOf(contents, name, file)
  } catch (error) {
    if (error instanceof FileError) throw error
    throw new FileError(file, 'expected a text in Unicode, got other bytes', 'meta')
  }
  return parseJsonObject(text, file, 'meta')
}
