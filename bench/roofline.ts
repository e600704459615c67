import { values } from './compare.js'
import type { Contestant } from './contestant.js'
import { startLimn } from './limn/start.js'
import { startPeer } from './peers.js'
import type { Roofline } from './results.js'

const parameters = { side: 2048, length: 2 ** 24 }

async function measure(contestant: Contestant, threads: number): Promise<ReadonlyMap<string, number>> {
  try {
    await contestant.load({ folder: '', parameters, threads })
    await contestant.run()
    const answer = await contestant.answer()
    return new Map([...answer.keys()].map((key) => [key, values(answer, key)[0]]))
  } finally {
    await contestant.close()
  }
}

/**
 * What the machine can do at best, by those who do it best: dense products and memory bandwidth on `threads` threads.
 *
 * @throws Error when neither Python environment works
 */
export async function measureRoofline(threads: number, scratch: string): Promise<Roofline> {
  const own = await measure(startLimn('roofline', scratch), threads)
  const peers = [
    startPeer({ name: 'PyTorch', environment: 'torch', task: 'roofline_torch' }, threads, scratch),
    startPeer({ name: 'NumPy', environment: 'numeric', task: 'roofline_numpy' }, threads, scratch),
  ]
  const found: ReadonlyMap<string, number>[] = []
  const problems: string[] = []
  for (const peer of peers) {
    try {
      found.push(await measure(peer, threads))
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
    }
  }
  if (found.length === 0) throw new Error(`roofline: no peer measures the machine's peak\n${problems.join('\n')}`)
  const best = (key: string) => Math.max(...found.map((speeds) => speeds.get(key) ?? NaN).filter(Number.isFinite))
  return {
    f32: best('f32'),
    f64: best('f64'),
    bandwidth: best('bandwidth'),
    limnThread: { f32: own.get('f32')!, f64: own.get('f64')! },
  }
}
