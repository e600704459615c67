import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FileError } from '../../data/file-error.js'

/** What a JavaScript module exports as its default, and what results of it depend on. */
export interface LoadedModule {
  readonly value: unknown
  /** Hash of the module's text; what it imports is not followed. */
  readonly fingerprint: string
}

/**
 * Loads a module of a user's own.
 *
 * @param path relative to the working directory
 * @param what it is expected to be the module of, for the refusal
 * @throws FileError when there is no such file, or it cannot be loaded
 */
export async function loadModule(path: string, what: string): Promise<LoadedModule> {
  let text
  try {
    text = readFileSync(path)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new FileError(path, missing ? `no such file; expected the module of ${what}` : (error as Error).message)
  }
  const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 16)
  try {
    const url = `${pathToFileURL(resolve(path)).href}?${fingerprint}`
    const module = (await import(url)) as { readonly default?: unknown }
    return { value: module.default, fingerprint }
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    const typescript = /\.[cm]?ts$/.test(path) ? '; compile it to JavaScript first' : ''
    throw new FileError(path, `expected a JavaScript module that loads, got: ${reason}${typescript}`)
  }
}
