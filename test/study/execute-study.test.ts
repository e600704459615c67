import { describe, expect, it } from 'vitest'
import { decodeRows, encodeRows } from '../../src/study/results-file.js'
import { executeStudy } from '../../src/study/execute-study.js'
import { memoryStore } from '../../src/study/in-process.js'
import { neededIds, type ResultRow } from '../../src/study/job.js'
import { jobKinds } from '../../src/study/jobs.js'
import { columnsOfTable } from '../../src/study/jobs/table.js'
import { job } from './jobs.js'

const empty = { rows: [], arrays: new Map() }

describe('executeStudy', () => {
  it('runs each job once, after those it needs, never more at once than allowed', async () => {
    const jobs = [job('a'), job('b', ['a']), job('c'), job('d', ['b', 'c']), job('e', ['a'])]
    const store = memoryStore()
    const order: string[] = []
    let running = 0
    let most = 0
    await executeStudy({
      jobs,
      store,
      runner: {
        concurrency: 2,
        async run(one) {
          for (const need of neededIds(one)) expect(await store.has(need)).toBe(true)
          most = Math.max(most, ++running)
          await new Promise((resolve) => setTimeout(resolve, one.id === 'a' ? 5 : 1))
          running--
          order.push(one.id)
          await store.write(one.id, empty)
        },
      },
    })
    expect([...order].sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(most).toBe(2)
  })

  it('computes only what the store lacks', async () => {
    const store = memoryStore()
    await store.write('a', empty)
    const ran: string[] = []
    await executeStudy({
      jobs: [job('a'), job('b', ['a'])],
      store,
      runner: {
        concurrency: 1,
        run: ({ id }) => {
          ran.push(id)
          return store.write(id, empty)
        },
      },
    })
    expect(ran).toEqual(['b'])
  })

  it('reports a share of work that grows to 1', async () => {
    const store = memoryStore()
    const shares: number[] = []
    await executeStudy({
      jobs: [job('a', [], 3), job('b', [], 1)],
      store,
      runner: { concurrency: 1, run: ({ id }) => store.write(id, empty) },
      onProgress: ({ share }) => shares.push(share),
    })
    expect(shares).toEqual([0, 0.75, 1])
  })

  it('rejects with the first failure, keeps what is stored, and stops when aborted', async () => {
    const store = memoryStore()
    const failing = executeStudy({
      jobs: [job('a'), job('b', ['a'])],
      store,
      runner: {
        concurrency: 1,
        run: ({ id }) => (id === 'b' ? Promise.reject(new Error('b broke')) : store.write(id, empty)),
      },
    })
    await expect(failing).rejects.toThrow('b broke')
    expect(await store.has('a')).toBe(true)
    const stop = new AbortController()
    const aborted = executeStudy({
      jobs: [job('x'), job('y', ['x'])],
      store,
      signal: stop.signal,
      runner: {
        concurrency: 1,
        run: ({ id }) => {
          stop.abort(new Error('stop'))
          return store.write(id, empty)
        },
      },
    })
    await expect(aborted).rejects.toThrow('stop')
    expect(await store.has('y')).toBe(false)
  })

  it('says so when a job waits for a result that no job gives', async () => {
    const lost = executeStudy({
      jobs: [job('a', ['nowhere'])],
      store: memoryStore(),
      runner: { concurrency: 1, run: () => Promise.resolve() },
    })
    await expect(lost).rejects.toThrow(/1 jobs wait for results that no job gives/)
  })
})

describe('results files', () => {
  it('read back what was written, nulls left out, doubles to the last bit', async () => {
    const columns = columnsOfTable(jobKinds)
    const rows: ResultRow[] = [
      { job: 'x', record: 'step', step: 0, loss: Math.PI * 1e-300, rung: 'scale', trial: null },
      { job: 'x', record: 'layer', matrix: 3, kept: 2_000_000, matrix_density: 0.1 + 0.2 },
    ]
    const back = await decodeRows(encodeRows(rows, columns))
    expect(back).toEqual([{ job: 'x', record: 'step', step: 0, loss: Math.PI * 1e-300, rung: 'scale' }, rows[1]])
    expect(columns.map(({ name }) => name)).toContain('loss')
  })
})

describe('a job that cannot be computed', () => {
  const jobs = [job('a'), job('b', ['a']), job('c'), job('d', ['b', 'c']), job('e', ['c'])]
  const run = async (onError?: 'stop' | 'continue') => {
    const store = memoryStore()
    const failed = await executeStudy({
      jobs,
      store,
      ...(onError && { onError }),
      runner: {
        concurrency: 2,
        run: ({ id }) => (id === 'a' ? Promise.reject(new Error('out of order')) : store.write(id, empty)),
      },
    })
    return {
      failed: failed.map(({ job: { id }, error }) => `${id}: ${error.message}`),
      done: [...store.results.keys()],
    }
  }

  it('ends the study, or costs those that need it', async () => {
    await expect(run()).rejects.toThrow('out of order')
    await expect(run('stop')).rejects.toThrow('out of order')
    expect(await run('continue')).toEqual({ failed: ['a: out of order'], done: ['c', 'e'] })
  })
})
