import { build } from 'esbuild'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Sources as one self-contained module each, side by side in a folder of their own. */
export interface Bundle {
  readonly folder: string
  /** The module made from the entry of that file name, `.ts` as `.js`. */
  url(name: string): URL
  remove(): void
}

/** Bundles entries, paths from the root of the project, so that threads and browsers can run the sources as they are now. */
export async function bundle(entries: readonly string[], platform: 'node' | 'browser'): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'limn-bundle-'))
  await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: Object.fromEntries(entries.map((entry) => [basename(entry, '.ts'), entry])),
    outdir: folder,
    outExtension: { '.js': platform === 'node' ? '.mjs' : '.js' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform,
    logLevel: 'error',
  })
  return {
    folder,
    url: (name) => pathToFileURL(join(folder, name)),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
