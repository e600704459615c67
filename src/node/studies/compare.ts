import { basename, resolve } from 'node:path'
import { compareStudies, type ComparedStudy, type Comparison } from '../../study/compare/compare.js'
import { readPlan } from './plan-file.js'
import { studyFindings } from './report.js'

/** Names that tell two folders apart: their last parts, with as many before them as that takes. */
function namesOf(a: string, b: string): readonly [string, string] {
  const [left, right] = [resolve(a), resolve(b)].map((path) => path.split(/[/\\]/).filter(Boolean))
  for (let parts = 1; parts <= Math.max(left.length, right.length); parts++) {
    const [own, other] = [left.slice(-parts).join('/'), right.slice(-parts).join('/')]
    if (own !== other) return [own, other]
  }
  return [basename(a), basename(b)]
}

async function studyIn(directory: string, name: string): Promise<ComparedStudy> {
  const plan = readPlan(directory)
  return { name, plan, findings: await studyFindings(directory, plan) }
}

/**
 * Compares the finished studies in two folders.
 *
 * @throws FileError when one is not finished, or a result is damaged
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { compareFolders, executeStudyIn, prepareStudy, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * const study = (density: number) => `data: { source: data.npz, samples: 6 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [${density}] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`
 * for (const density of [0.5, 0.6]) {
 *   writeAtomic(`${density}.yaml`, study(density))
 *   await executeStudyIn(`out-${density}`, await prepareStudy(`${density}.yaml`), { workers: 1 })
 * }
 * const { settings } = await compareFolders('out-0.5', 'out-0.6')
 * console.log(settings) // [ { key: 'prune.densities', a: '[0.5]', b: '[0.6]' } ]
 */
export async function compareFolders(a: string, b: string): Promise<Comparison> {
  const [left, right] = namesOf(a, b)
  return compareStudies(await studyIn(a, left), await studyIn(b, right))
}
