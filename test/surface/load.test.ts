import { spawnSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { entrySources } from '../../scripts/public-surface.js'

/** What a page that imports everything of an entry loads at once: files, and packages in them. */
async function loaded(entry: string): Promise<{ readonly bytes: number; readonly packages: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entrySources()[entry]],
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser',
    target: 'es2022',
    outdir: 'out',
  })
  const { outputs } = metafile
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    outputs[file].imports.filter(({ kind }) => kind === 'import-statement').forEach(({ path }) => visit(path))
  }
  Object.keys(outputs)
    .filter((file) => outputs[file].entryPoint === entrySources()[entry])
    .forEach(visit)
  const inputs = [...found].flatMap((file) => Object.keys(outputs[file].inputs))
  const packages = inputs.flatMap((input) => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [])
  const files = outputFiles.filter(({ path }) => [...found].some((file) => path.endsWith(`/${file}`)))
  return {
    bytes: files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
    packages: [...new Set(packages)].sort(),
  }
}

describe('what an entry loads', () => {
  it('is no package but one for zip files in the pipeline, kernels in four builds included', async () => {
    const { bytes, packages } = await loaded('limn')
    expect(packages).toEqual(['fflate'])
    expect(bytes).toBeLessThan(139_000)
  })

  it('is the kernels with the linear algebra alone, and no package more for questions to graphons', async () => {
    const { bytes, packages } = await loaded('limn/linalg')
    expect(packages).toEqual(['fflate'])
    expect(bytes).toBeLessThan(60_000)
    const graphon = await loaded('limn/graphon')
    expect(graphon.packages).toEqual(['fflate'])
    expect(graphon.bytes).toBeLessThan(101_000)
  })

  it('is no drawing library before a figure is drawn', async () => {
    for (const entry of ['limn/study', 'limn/plot']) {
      expect((await loaded(entry)).packages.filter((name) => name.startsWith('vega') || name === 'hyparquet')).toEqual(
        [],
      )
    }
  })

  it('comes through require as well', () => {
    const program = `const { graphonNtk, version } = require('limn'); require('limn/node'); require('limn/graphon'); require('limn/study'); require('limn/plot')
      process.stdout.write(typeof graphonNtk + ' ' + typeof version)`
    const options = ['--disable-warning=ExperimentalWarning', '--input-type=commonjs', '-e', program]
    const { stdout, stderr, status } = spawnSync(process.execPath, options, { encoding: 'utf8' })
    expect([status, stderr, stdout]).toEqual([0, '', 'function string'])
  })
})
