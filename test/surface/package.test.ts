import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from 'vite'

const folder = mkdtempSync(join(tmpdir(), 'limn-consumer-'))
const modules = join(folder, 'node_modules')
const file = (name: string, text: string): void => writeFileSync(join(folder, name), text)

/** A program of a user's own. */
const program = `import { createSpec, denseNtk, initialize, kernelMatrix, matrix, prune, spectrum, type Network } from 'limn'
import { distance, type DistanceResult } from 'limn/graphon'
import { symmetricEigen } from 'limn/linalg'
import { loadData } from 'limn/node'
import { studySchema, type StudyConfig } from 'limn/study'
import { chainFigure, type Figure } from 'limn/plot'

const x = matrix(3, 4, Float64Array.from({ length: 12 }, (_, i) => Math.sin(i)))
const network: Network = initialize(createSpec({ sizes: [4, 8, 2], activation: { name: 'tanh' } }), 1)
const { masks } = prune(network, { method: 'magnitude', density: 0.5, scope: 'global', seed: 0 })
const kernel = kernelMatrix(denseNtk([4, 8, 2], x), 0)
const { values } = symmetricEigen(kernel)
const apart: DistanceResult = distance(x, x, { norm: 'l1' })
const figure: ((...args: Parameters<typeof chainFigure>) => Figure) | undefined = chainFigure
const config: StudyConfig | undefined = studySchema.safeParse({}).data
console.log(masks.length, spectrum(kernel).trace.toFixed(6), values.length, apart.value, typeof figure, config, typeof loadData)
`

/** As strict as a project can be, declarations of libraries included. */
const strict = {
  target: 'ES2022',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  noEmit: true,
}

beforeAll(() => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { stdio: 'ignore' })
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  mkdirSync(join(modules, 'limn'), { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', join(modules, 'limn'), '--strip-components=1'])
  for (const name of readdirSync('node_modules')) {
    if (name !== 'limn' && !name.startsWith('.')) symlinkSync(resolve('node_modules', name), join(modules, name))
  }
  file('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  file('program.ts', program)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the package', () => {
  it('holds what its README links to', () => {
    const root = join(modules, 'limn')
    const text = readFileSync(join(root, 'README.md'), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link)
    expect(links.length).toBeGreaterThan(3)
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([])
  })

  it.each([
    ['nodenext', 'NodeNext'],
    ['bundler', 'ESNext'],
  ])('type-checks in a strict project with resolution by %s', (moduleResolution, module) => {
    const name = `tsconfig.${moduleResolution}.json`
    file(name, JSON.stringify({ compilerOptions: { ...strict, module, moduleResolution }, files: ['program.ts'] }))
    const compiler = resolve('node_modules/typescript/bin/tsc')
    const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', name], { cwd: folder, encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, ''])
  })

  it('runs in Node', () => {
    file(
      'program.mjs',
      program
        .replace(/, type \w+/g, '')
        .replace(/: Network|: DistanceResult|: StudyConfig \| undefined/g, '')
        .replace(/: \(\(.*\) \| undefined/, ''),
    )
    const { stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' })
    expect([stderr, stdout]).toEqual(['', expect.stringMatching(/^2 \d+\.\d{6} 3 0 function undefined function\n$/)])
  })

  it('goes into a page that Vite builds', async () => {
    file('index.html', '<!doctype html><script type="module" src="/page.ts"></script>')
    const page = program.replace("import { loadData } from 'limn/node'\n", '').replace(', typeof loadData', '')
    file('page.ts', page)
    const made = await build({ root: folder, logLevel: 'silent', build: { outDir: 'site', minify: false } })
    const [output] = [made].flat() as {
      readonly output: readonly { readonly fileName: string; readonly type: string }[]
    }[]
    expect(output.output.some(({ fileName, type }) => type === 'chunk' && fileName.endsWith('.js'))).toBe(true)
  })
})
