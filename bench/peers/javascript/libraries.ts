import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where bench/peers/install.sh puts the libraries of bench/peers/package.json. */
const folder = fileURLToPath(new URL('../../../node_modules/.cache/limn-bench/javascript', import.meta.url))

/**
 * A library from the throw-away folder; `Library` states the part of it that is used.
 *
 * @throws Error when it is not installed
 */
export async function importLibrary<Library>(name: string): Promise<Library> {
  const loader = (await import(pathToFileURL(join(folder, 'load.mjs')).href)) as {
    default: (name: string) => Promise<unknown>
  }
  return (await loader.default(name)) as Library
}

/** The version of an installed library. */
export function libraryVersion(name: string): string {
  const text = readFileSync(join(folder, 'node_modules', ...name.split('/'), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
