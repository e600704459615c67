import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds, type KernelBuild } from '../../src/linalg/kernels.js'
import { bundle, type Bundle } from '../bundle.js'
import { findChromium } from './chromium.js'
import type { Answer, Question } from './compute-worker.js'
import { numbers, type Numbers } from './numbers.js'
import type { Page as TestPage } from './page.js'
import { serve, type Served } from './serve.js'

const executablePath = findChromium()

describe.skipIf(executablePath === undefined)('a team of Web Workers in Chromium', () => {
  let scripts: Bundle
  let browser: Browser
  let isolated: Served
  let open: Served

  beforeAll(async () => {
    scripts = await bundle(
      ['test/browser/page.ts', 'test/browser/compute-worker.ts', 'src/linalg/web-team-worker.ts'],
      'browser',
    )
    isolated = await serve(scripts.folder, { isolated: true })
    open = await serve(scripts.folder, { isolated: false })
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
  })
  afterAll(async () => {
    await browser.close()
    await Promise.all([isolated.close(), open.close()])
    scripts.remove()
  })

  /** What a page of a server answers. */
  async function ask({ origin }: Served, where: keyof TestPage, question: Question): Promise<Answer> {
    const page = await browser.newPage()
    try {
      await page.goto(origin)
      await page.waitForFunction('globalThis.page !== undefined')
      return await page.evaluate<Answer>(`page.${where}(${JSON.stringify(question)})`)
    } finally {
      await page.close()
    }
  }

  const bits = ({ ntk, eigenvalues, eigenvectors }: Numbers): unknown => ({ ntk, eigenvalues, eigenvectors })
  const inNode = new Map<KernelBuild, Promise<Numbers>>()
  /** Computed by one thread of this process. */
  async function expectedBits(build: KernelBuild): Promise<unknown> {
    if (!inNode.has(build)) inNode.set(build, numbers(loadKernels(build)))
    return bits(await inNode.get(build)!)
  }
  const [best] = supportedKernelBuilds()

  it.each(supportedKernelBuilds())(
    'gives the numbers of one thread in Node, to the last bit, on the %s build',
    async (build) => {
      const answer = await ask(isolated, 'inWorker', { threads: 3, build })
      expect(answer).toMatchObject({ build, threads: 3, why: null })
      expect(answer.commands).toBeGreaterThan(1)
      expect(bits(answer)).toEqual(await expectedBits(build))
    },
  )

  it('computes alone, and says why, where memory cannot be shared', async () => {
    for (const where of ['inWorker', 'onMainThread'] as const) {
      const answer = await ask(open, where, { threads: 3 })
      expect(answer).toMatchObject({ threads: 1, commands: 0 })
      expect(answer.why).toMatch(/not cross-origin isolated.*Cross-Origin-Opener-Policy: same-origin/)
      expect(bits(answer)).toEqual(await expectedBits(best))
    }
  })

  it('computes alone, and says why, on a main thread, which may not wait', async () => {
    const answer = await ask(isolated, 'onMainThread', { threads: 3 })
    expect(answer).toMatchObject({ threads: 1, commands: 0 })
    expect(answer.why).toMatch(/main thread may not wait.*from a worker/)
    expect(bits(answer)).toEqual(await expectedBits(best))
  })

  it('computes alone, and says why, when its workers do not start', async () => {
    const answer = await ask(isolated, 'inWorker', { threads: 2, absentScript: true })
    expect(answer).toMatchObject({ threads: 1, commands: 0 })
    expect(answer.why).toMatch(/threads could not be started: its script could not be loaded/)
    expect(bits(answer)).toEqual(await expectedBits(best))
  })

  it('starts again after it was closed, many times', async () => {
    const answer = await ask(isolated, 'inWorker', { threads: 2, teams: 20 })
    expect(answer).toMatchObject({ threads: 2, why: null })
    expect(bits(answer)).toEqual(await expectedBits(best))
  })
})
