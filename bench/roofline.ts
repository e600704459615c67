import { values } from './compare.js'
import type { Contestant } from './contestant.js'
import { startLimn } from './limn/start.js'
import { startPeer } from './peers.js'
import type { Roofline } from './bound.js'

const parameters = { side: 2048, length: 2 ** 24 }

async function measure(contestant: Contestant, threads: number): Promise<ReadonlyMap<string, number>> {
  try {
    await contestant.load({ folder: '', parameters, threads })
    await contestant.run()
    await contestant.run()
    const answer = await contestant.answer()
    return new Map([...answer.keys()].map((key) => [key, values(answer, key)[0]]))
  } finally {
    await contestant.close()
  }
}

/**
 * What the machine can do at best, by those who do it best: dense products and memory bandwidth on `threads` threads; and
 * what limn's kernels do. Where no Python environment works, limn's own speeds are all that is known of the machine.
 */
export async function measureRoofline(threads: number, scratch: string): Promise<Roofline> {
  const own = await measure(startLimn('roofline', scratch), threads)
  const problems: string[] = []
  const attempt = async (name: string, environment: 'torch' | 'numeric' | 'javascript', task: string) => {
    try {
      return await measure(startPeer({ name, environment, task }, threads, scratch), threads)
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
  const found = [
    await attempt('PyTorch', 'torch', 'roofline_torch'),
    await attempt('NumPy', 'numeric', 'roofline_numpy'),
  ].filter((speeds) => speeds !== undefined)
  const jaxJs = (await attempt('@jax-js/jax', 'javascript', 'product_jax'))?.get('f32')
  for (const problem of problems) console.error(`roofline: ${problem.split('\n')[0]}`)
  const best = (key: string) => Math.max(...[own, ...found].map((speeds) => speeds.get(key) ?? 0))
  return {
    f32: best('f32'),
    f64: best('f64'),
    bandwidth: best('bandwidth'),
    limnThread: { f32: own.get('f32')!, f64: own.get('f64')! },
    limn: { f32: own.get('f32All')!, f64: own.get('f64All')!, duals: own.get('duals')! },
    ...(jaxJs !== undefined && { jaxJs }),
  }
}
