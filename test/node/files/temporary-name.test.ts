import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeAtomic } from '../../../src/node/files/files.js'
import { removeLeftovers, temporaryName } from '../../../src/node/files/temporary-name.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limn-temporary-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Begins to write `out` in a process of its own, and waits there until it is killed. */
function beginToWrite(out: string) {
  const staged = pathToFileURL(resolve('dist/node/files/staged-file.js')).href
  const script = `const { openBeside } = await import('${staged}'); openBeside(process.argv[1], false); console.log('open'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, out], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const opened = new Promise<void>((done) => child.stdout.once('data', () => done()))
  const kill = async () => {
    const gone = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await gone
  }
  return { opened, kill }
}

it('a killed writer’s file goes with the next write into the folder, that of a live one stays', async () => {
  const [killed, alive] = [beginToWrite(join(folder, 'a')), beginToWrite(join(folder, 'b'))]
  try {
    await Promise.all([killed.opened, alive.opened])
    await killed.kill()
    expect(readdirSync(folder)).toHaveLength(2)
    writeAtomic(join(folder, 'c'), 'text')
    expect(readdirSync(folder)).toHaveLength(2)
    expect(existsSync(join(folder, 'c'))).toBe(true)
  } finally {
    await alive.kill()
  }
  writeAtomic(join(folder, 'c'), 'other')
  expect(readdirSync(folder)).toEqual(['c'])
})

it('goes by the process, its start and where its number means something; anything else is not touched', () => {
  const own = temporaryName()
  const [, place] = own.split('-')
  const dead = String(spawnSync(process.execPath, ['-e', '']).pid)
  const renamed = (name: string, part: number, text: string) =>
    name
      .split('-')
      .map((old, i) => (i === part ? text : old))
      .join('-')
  const ofDead = renamed(own, 2, dead)
  const elsewhere = renamed(ofDead, 1, place === '00000000' ? '11111111' : '00000000')
  const others = ['.limn-x.tmp', '.limn-3f2504e0-4f89-41d3-9a0c-0305e82c3301.tmp', 'k.npy']
  for (const name of [own, ofDead, elsewhere, ...others]) writeFileSync(join(folder, name), '')
  removeLeftovers(folder)
  expect(readdirSync(folder).sort()).toEqual([own, elsewhere, ...others].sort())
})

it.runIf(process.platform === 'linux')('a number that another process has by now is no sign of life', () => {
  const parts = temporaryName().split('-')
  const earlier = parts.map((part, i) => (i === 3 ? String(Number(part) - 1) : part)).join('-')
  writeFileSync(join(folder, earlier), '')
  removeLeftovers(folder)
  expect(readdirSync(folder)).toEqual([])
})

it('a folder that cannot be read has nothing to remove', () => {
  expect(() => removeLeftovers(join(folder, 'none'))).not.toThrow()
})
