import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agesOf } from '../../../src/node/studies/watch/ages.js'

const folder = mkdtempSync(join(tmpdir(), 'limn-ages-'))
const now = 1_000_000_000
beforeAll(() => {
  mkdirSync(join(folder, 'runs'))
  for (const [id, seconds] of [
    ['old', -60],
    ['young', -1],
    ['ahead', 30],
  ] as const) {
    const file = join(folder, 'runs', `${id}.parquet`)
    writeFileSync(file, '')
    utimesSync(file, now / 1000 + seconds, now / 1000 + seconds)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('ages of results', () => {
  it('are those of their files, of which some may have vanished', async () => {
    const ages = await agesOf(folder, ['old', 'vanished', 'young'], now)
    expect([...ages]).toEqual([
      ['old', 60_000],
      ['young', 1000],
    ])
  })

  it('are counted from the newest where the clock of the files is ahead', async () => {
    expect([...(await agesOf(folder, ['old', 'ahead'], now))]).toEqual([
      ['old', 90_000],
      ['ahead', 0],
    ])
  })
})
