import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata } from 'hyparquet'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeNpz } from '../../../src/data/npz.js'
import { brokenSeal, openSeal, seal, sealKey } from '../../../src/node/studies/result-seal.js'
import { directoryStore } from '../../../src/node/studies/result-store.js'
import { randomStream } from '../../../src/random/random.js'
import type { JobResult } from '../../../src/study/job.js'
import { resultVersion } from '../../../src/study/plan.js'
import { encodeRows } from '../../../src/study/results-file.js'
import { executeStudy } from '../../../src/study/execute-study.js'
import { jobKinds } from '../../../src/study/jobs.js'
import { columnsOfTable } from '../../../src/study/jobs/table.js'
import { version } from '../../../src/version.js'
import { job } from '../../study/jobs.js'

const folder = mkdtempSync(join(tmpdir(), 'limn-results-'))
afterAll(() => rmSync(folder, { recursive: true }))

const store = directoryStore(folder)
const columns = columnsOfTable(jobKinds)
const table = (id: string) => join(folder, 'runs', `${id}.parquet`)
const arrays = (id: string) => join(folder, 'runs', `${id}.npz`)
const result = (value: number): JobResult => ({
  rows: [
    { job: 'a', record: 'training', learning_rate: value, reason: 'none' },
    { job: 'a', record: 'step', step: 1, loss: value / 3 },
  ],
  arrays: new Map([['W0', { shape: [2, 2], data: Float64Array.of(value, 1, 2, 3) }]]),
})

beforeEach(async () => {
  await store.write('a', result(0.25))
  await store.write('b', result(0.5))
})

/** The same bytes with one bit turned over. */
function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[bit >> 3] ^= 1 << (bit & 7)
  return copy
}

describe('a result on disk', () => {
  it('is read back as it was written', async () => {
    expect(await store.has('a')).toBe(true)
    expect(await store.damage('a')).toBeUndefined()
    expect(await store.read('a')).toEqual(result(0.25))
  })

  it('says what it is in metadata that any reader of Parquet shows', () => {
    const entries = parquetMetadata(Uint8Array.from(readFileSync(table('a')))).key_value_metadata!
    expect(entries.map(({ key }) => key)).toEqual([sealKey])
    const said = JSON.parse(entries[0].value!) as Record<string, unknown>
    const zeroed = readFileSync(table('a'), 'latin1').replace(said['limn-result'] as string, '0'.repeat(64))
    const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    expect(said).toEqual({
      'limn-result': sum(Buffer.from(zeroed, 'latin1')),
      job: 'a',
      version: resultVersion,
      limn: version,
      arrays: sum(readFileSync(arrays('a'))),
    })
  })

  it('is not believed with any single bit turned over, in either file', () => {
    const pair = {
      table: { file: table('a'), bytes: Uint8Array.from(readFileSync(table('a'))) },
      arrays: { file: arrays('a'), bytes: Uint8Array.from(readFileSync(arrays('a'))) },
    }
    expect(brokenSeal('a', pair.table, pair.arrays)).toBeUndefined()
    for (const part of ['table', 'arrays'] as const) {
      const { file, bytes } = pair[part]
      let believed = 0
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const changed = { ...pair, [part]: { file, bytes: flipped(bytes, bit) } }
        if (brokenSeal('a', changed.table, changed.arrays)?.file !== file) believed++
      }
      expect(believed).toBe(0)
    }
  })

  it('is named when its bytes are other ones: changed, cut off, longer or none', async () => {
    const random = randomStream(3, 'damage')
    for (const file of [table('a'), arrays('a')]) {
      const bytes = readFileSync(file)
      const wrong = [
        flipped(bytes, Math.floor(random.uniform() * 8 * bytes.length)),
        bytes.subarray(0, bytes.length - 1),
        Buffer.concat([bytes, Buffer.of(0)]),
        Buffer.concat([Buffer.of(0), bytes]),
        new Uint8Array(0),
      ]
      for (const contents of wrong) {
        writeFileSync(file, contents)
        expect((await store.damage('a'))?.file).toBe(file)
        await expect(store.read('a')).rejects.toThrow(/a\.(parquet|npz): .*; run the study again to compute it anew$/)
      }
      writeFileSync(file, bytes)
    }
    expect(await store.damage('a')).toBeUndefined()
  })

  it('is not believed under the name of another job, whether one file moves or both', async () => {
    copyFileSync(table('b'), table('a'))
    expect(await store.damage('a')).toEqual({ file: table('a'), problem: 'is the result of another job, b' })
    copyFileSync(arrays('b'), arrays('a'))
    expect((await store.damage('a'))?.problem).toMatch(/another job, b/)
  })

  it('is not believed with the arrays of another', async () => {
    renameSync(arrays('b'), arrays('a'))
    expect((await store.damage('a'))?.file).toBe(arrays('a'))
    expect((await store.damage('a'))?.problem).toContain('another table')
    // A writer that is killed between the two files leaves just that.
    await store.write('a', result(0.25))
    expect(await store.damage('a')).toBeUndefined()
  })

  it('is not believed without a checksum, or when another version wrote it', async () => {
    const { rows, arrays: tensors } = result(0.25)
    writeFileSync(table('a'), encodeRows(rows, columns))
    expect((await store.damage('a'))?.problem).toMatch(/has no checksum/)
    const metadata = openSeal('a', encodeNpz(tensors))
    const sealed = (text: string) => seal(encodeRows(rows, columns, { [sealKey]: text }))
    writeFileSync(table('a'), sealed(metadata))
    expect(await store.damage('a')).toBeUndefined()
    writeFileSync(table('a'), sealed(metadata.replace(/"version":\d+/, '"version":0')))
    expect((await store.damage('a'))?.problem).toMatch(/expected a result of version \d+, got version 0/)
    writeFileSync(table('a'), sealed(metadata.replace('"job"', 'job')))
    expect((await store.damage('a'))?.problem).toMatch(/metadata are not those of a result/)
  })

  it('has a name that cannot leave the folder', () => {
    for (const id of ['../a', 'a/b', '..', '', '.a', 'a\\b', '/etc/passwd', 'a..b', 'a\u0000b', 'a\nb']) {
      expect(() => store.has(id)).toThrow(RangeError)
      expect(() => store.damage(id)).toThrow(/expected the id of a job/)
    }
  })

  it('is computed anew by the next run when it is damaged, and named before the first job starts', async () => {
    writeFileSync(table('a'), flipped(readFileSync(table('a')), 999))
    const events: unknown[] = []
    await executeStudy({
      jobs: [job('a'), job('b'), job('c', ['a'])],
      store,
      onFound: (found, damaged) =>
        events.push(
          found.map(({ id }) => id),
          ...damaged.map(({ file }) => file),
        ),
      runner: {
        concurrency: 1,
        run: ({ id }) => {
          events.push(id)
          return store.write(id, result(0.125))
        },
      },
    })
    expect(events).toEqual([['b'], table('a'), 'a', 'c'])
    expect(await store.damage('a')).toBeUndefined()
  })
})
