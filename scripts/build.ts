// Compiles src/ into an empty dist/, so that what no source makes any more is not shipped; leaves it alone when it was made from
// the same sources by the same compiler.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const mark = 'dist/.made-from'
const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '..', 'bin', 'tsc')

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name))
  .sort()

/** Of everything that the compiler reads, installed packages by their lock. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const file of [...sources, 'tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json']) {
    hash.update(`${file}\n`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

const made = (): boolean =>
  sources.every((file) => existsSync(file.replace(/^src/, 'dist').replace(/\.ts$/, '.js'))) && existsSync(mark)

const now = fingerprint()
if (made() && readFileSync(mark, 'utf8') === now) console.log('dist: as it is built already')
else {
  rmSync('dist', { recursive: true, force: true })
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
  writeFileSync(mark, now)
}
