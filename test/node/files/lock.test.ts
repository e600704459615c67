import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { takeLock } from '../../../src/node/files/lock.js'

let folder: string
let lock: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limn-lock-'))
  lock = join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const hold = (holder: unknown): void =>
  writeFileSync(lock, typeof holder === 'string' ? holder : JSON.stringify(holder))

describe('a lock', () => {
  it('is held until it is released', () => {
    const { release } = takeLock(lock, 'k.npy')
    expect(() => takeLock(lock, 'k.npy')).toThrow(`k.npy: process ${process.pid} writes it`)
    release()
    expect(existsSync(lock)).toBe(false)
    takeLock(lock, 'k.npy').release()
  })

  it('of a process that has ended is taken over', () => {
    hold({ pid: spawnSync(process.execPath, ['-e', '']).pid, host: hostname() })
    const { release } = takeLock(lock, 'k.npy')
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid })
    release()
    expect(readdirSync(folder)).toEqual([])
  })

  it.runIf(existsSync('/proc/self/stat'))('of an earlier process with the same number is taken over', () => {
    hold({ pid: process.pid, host: hostname(), started: '1' })
    takeLock(lock, 'k.npy').release()
  })

  it('of another machine is respected, with the way out', () => {
    hold({ pid: 1, host: `${hostname()}-far` })
    expect(() => takeLock(lock, 'k.npy')).toThrow(/k\.npy: process 1 of .*-far writes it; .*remove .*lock/)
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  it.each(['', '{"pid": 12', '{"pid": -1, "host": "a"}', 'null'])(
    'that reads %j is one that is being made, for a while',
    (text) => {
      hold(text)
      expect(() => takeLock(lock, 'k.npy')).toThrow(/k\.npy: another process begins to write it/)
      for (const shift of [-60_000, 3_600_000]) {
        hold(text)
        utimesSync(lock, new Date(), new Date(Date.now() + shift))
        takeLock(lock, 'k.npy').release()
      }
      expect(readdirSync(folder)).toEqual([])
    },
  )
})
