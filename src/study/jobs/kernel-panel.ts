import { z } from 'zod'
import { chainFromTensors } from '../../graphon/chain/chain-file.js'
import { graphonNtkPanels } from '../../ntk/graphon-ntk.js'
import { packPanel, panelRanges, type RowRange } from '../../ntk/packed-panel.js'
import { NumbersError } from '../../numbers-error.js'
import type { Job } from '../job.js'
import { kernelOf } from '../own-modules.js'
import type { StudyConfig } from '../schema.js'
import { kernelOptions } from './dense.js'
import { kernel } from './kernel.js'
import { jobKind } from './kind.js'
import { byKey, cellName, widestCells } from './ladders.js'
import { record } from './record.js'

/** Under which the packed entries are stored. */
export const panelArray = 'panel'

const panelRecords = {
  panel: record(
    'panel of a large kernel',
    z.strictObject({
      samples: z.int().positive().describe('N of the whole kernel'),
      first_row: z.int().nonnegative().describe('first row of the panel, from the diagonal on'),
      rows: z.int().positive().describe('how many rows'),
      trace: z.number().describe('sum of its diagonal entries'),
      largest: z.number().describe('its largest |entry|'),
    }),
  ),
}

/** Seconds for every pair of samples. */
const pairSeconds = 1.2e-5

/** The rows of a panel. */
export function rangeOf({ spectrum }: StudyConfig, { part }: Pick<Job, 'part'>): RowRange {
  const ranges = spectrum ? panelRanges(spectrum.samples) : []
  const range = ranges.at(part ?? ranges.length)
  if (range) return range
  throw new RangeError(`kernel-panel: expected one of ${ranges.length} panels, got ${part ?? 'none'}`)
}

/** Panels of the limit kernel on many samples, of the widest networks of every method, depth, scope and density. */
export const kernelPanel = jobKind({
  label: 'kernel panel',
  about: 'Rows of the limit kernel on `spectrum.samples` samples, class mean, from the diagonal on.',
  version: 1,
  records: panelRecords,
  needs: { chain: kernel },
  plan(planning) {
    const { config, facts } = planning
    const { spectrum } = config
    if (!spectrum) return []
    const { samples: n } = spectrum
    const kernels = byKey(planning.jobsOf('kernel'), cellName)
    return widestCells(planning).flatMap((cell) =>
      panelRanges(n).map((range, part) => ({
        ...cell,
        part,
        dependsOn: {
          kernel: kernelOf(config, facts),
          which: spectrum.kernel,
          data: facts.manyFingerprint,
          samples: n,
          range,
        },
        needs: { chain: kernels(cell) },
        cost: pairSeconds * (range.last - range.first) * (n - (range.first + range.last - 1) / 2),
      })),
    )
  },
  execute({ config, data, job, inputs }) {
    const { manyX: x } = data
    if (!x || !config.spectrum) throw new Error(`${job.id}: expected the samples of spectrum.samples`)
    const n = x.rows
    const { first, last } = rangeOf(config, job)
    const [{ arrays }] = inputs.chain
    const { W, V, measures } = chainFromTensors(arrays, job.id)
    const chain = config.spectrum.kernel === 'energy' && V ? { W, V, measures } : { W, measures }
    let [trace, largest] = [0, 0]
    let packed: Float64Array = new Float64Array(0)
    const options = {
      ...kernelOptions(config, data),
      kernelNames: ['ntk'] as const,
      classes: 'mean' as const,
      firstRow: first,
      lastRow: last,
      // One panel: its rows, and their mirror image.
      memory: 8 * (last - first) * (2 * n - first - last + (last - first)),
    }
    graphonNtkPanels(chain, x, options, ({ first: from, last: to, entries: { ntk } }) => {
      if (from !== first || to !== last || !ntk)
        throw new Error(`${job.id}: expected one panel, got rows ${from} … ${to}`)
      const [right] = ntk.right
      const bad = right.findIndex((value) => !Number.isFinite(value))
      if (bad >= 0) {
        const where = `[${first + Math.floor(bad / (n - first))}, ${first + (bad % (n - first))}]`
        throw new NumbersError(`kernel: expected entries within the range of f64, got ${right[bad]} at ${where}`)
      }
      for (let i = 0; i < last - first; i++) trace += right[i * (n - first) + i]
      for (const value of right) largest = Math.max(largest, Math.abs(value))
      packed = packPanel(n, { first, last }, right)
    })
    return {
      records: { panel: [{ samples: n, first_row: first, rows: last - first, trace, largest }] },
      arrays: new Map([[panelArray, { shape: [packed.length], data: packed }]]),
    }
  },
  gives: [],
  findings: () => ({}),
})
