import { z } from 'zod'
import { panelRanges, panelTiles } from '../../ntk/packed-panel.js'
import { topSpectrumOfTiles } from '../../spectrum/tiled-spectrum.js'
import { settingOf } from '../job.js'
import type { KernelKind, Setting } from '../vocabulary.js'
import { theRow, usable, type Finished } from './finished.js'
import { kernelPanel, panelArray } from './kernel-panel.js'
import { jobKind } from './kind.js'
import { byKey, cellName, widestCells } from './ladders.js'
import { record } from './record.js'

const topRecords = {
  top: record(
    'kernel on many samples',
    z.strictObject({
      kernel: z.enum(['graphon', 'energy']).describe('which kernel, class mean'),
      samples: z.int().positive().describe('N'),
      trace: z.number().describe('of the kernel'),
      smallest: z.number().describe('a value that the smallest eigenvalue is not above'),
      alpha: z.number().nullable().describe('decay of the top eigenvalues'),
      alpha_error: z.number().nullable().describe('standard error of the fit'),
      effective_rank: z.number().nullable().describe('trace / λ₁'),
      gap: z.number().nullable().describe('λ₁ / λ₂'),
      top5_energy: z.number().nullable().describe('share of the trace in the five largest eigenvalues'),
    }),
  ),
  'top-eigenvalue': record(
    'eigenvalue of a kernel on many samples',
    z.strictObject({
      rank: z.int().positive().describe('1 for the largest'),
      eigenvalue: z.number().describe('of the class mean'),
      residual: z.number().nonnegative().describe('‖Θ v − λ v‖ / λ₁, measured by multiplying out'),
    }),
  ),
}

/** The top of the spectrum of a limit kernel on many samples. */
export interface TopSpectrumFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly kernel: KernelKind
  /** N */
  readonly samples: number
  readonly trace: number
  /** Largest first. */
  readonly eigenvalues: readonly number[]
  /** Largest residual, relative to λ₁. */
  readonly residual: number
  readonly smallest: number
  readonly alpha: number | null
  readonly alphaStandardError: number | null
  readonly effectiveRank: number | null
  readonly gap: number | null
  readonly top5Energy: number | null
}

function topFindings(result: Finished<typeof topRecords>): TopSpectrumFinding[] {
  const { job, records } = result
  if (result.failed !== undefined) return []
  const row = theRow(result, 'top')
  return [
    {
      method: job.method,
      ...settingOf(job),
      width: job.width,
      kernel: row.kernel,
      samples: row.samples,
      trace: row.trace,
      eigenvalues: records['top-eigenvalue'].map(({ eigenvalue }) => eigenvalue),
      residual: Math.max(...records['top-eigenvalue'].map(({ residual }) => residual)),
      smallest: row.smallest,
      alpha: row.alpha,
      alphaStandardError: row.alpha_error,
      effectiveRank: row.effective_rank,
      gap: row.gap,
      top5Energy: row.top5_energy,
    },
  ]
}

/** Seconds of a product for every entry of the kernel's half, and how many products an eigenvalue takes, about. */
const entrySeconds = 2.5e-10
const productsOf = (top: number): number => 150 + 20 * top

/** The largest eigenvalues of each kernel that the panels make up, which are read again for every few products. */
export const topSpectrum = jobKind({
  label: 'top of a spectrum',
  about: 'The largest eigenvalues of the limit kernel on `spectrum.samples` samples, with residuals.',
  version: 1,
  records: topRecords,
  needs: { panels: kernelPanel },
  streams: ['panels'],
  plan(planning) {
    const { spectrum, seed } = planning.config
    if (!spectrum) return []
    const { samples, top } = spectrum
    const panels = byKey(planning.jobsOf('kernel-panel'), cellName)
    return widestCells(planning).map((cell) => ({
      ...cell,
      dependsOn: { top, seed },
      needs: { panels: panels(cell) },
      cost: entrySeconds * productsOf(top) * samples ** 2,
    }))
  },
  execute({ config, inputs, streams, job }) {
    if (!config.spectrum) throw new Error(`${job.id}: expected a section spectrum`)
    const { samples: n, top, kernel } = config.spectrum
    const panels = usable(inputs.panels)
    const rows = panels.map((panel) => theRow(panel, 'panel'))
    const ranges = panelRanges(n)
    if (rows.length !== ranges.length || rows.some((row, p) => row.first_row !== ranges[p].first)) {
      throw new RangeError(`${job.id}: expected panels from rows ${ranges.map(({ first }) => first).join(', ')}`)
    }
    const readers = streams.panels.map((arrays, p) => {
      const array = arrays.get(panelArray)
      if (!array) throw new RangeError(`${inputs.panels[p].job.id}: expected an array ${panelArray}`)
      return array.read
    })
    const largest = Math.max(...rows.map((row) => row.largest))
    const trace = rows.reduce((sum, row) => sum + row.trace, 0)
    const found = topSpectrumOfTiles(panelTiles(n, ranges, readers, largest), { top, trace, seed: config.seed })
    return {
      arrays: new Map(),
      records: {
        top: [
          {
            kernel,
            samples: n,
            trace,
            smallest: found.smallest,
            alpha: found.decay.alpha,
            alpha_error: found.decay.standardError,
            effective_rank: found.effectiveRank,
            gap: found.gap,
            top5_energy: found.topEnergy['5'],
          },
        ],
        'top-eigenvalue': found.eigenvalues.map((eigenvalue, k) => ({
          rank: k + 1,
          eigenvalue,
          residual: found.residuals[k],
        })),
      },
    }
  },
  gives: ['topSpectra'],
  findings: (result) => ({ topSpectra: topFindings(result) }),
})
