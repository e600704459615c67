import {
  formatCount,
  formatList,
  formatNumber,
  formatPercent,
  formatPlural,
  formatSetting,
  formatSpread,
} from '../plot/format.js'
import { kernelLabels, matrixLabel, methodLabel, rungLabels } from '../plot/labels.js'
import { atWidest, mean, sameSetting } from '../plot/select.js'
import { formatStepSize } from '../plot/step-sizes.js'
import { rungError } from '../plot/training.js'
import {
  rungs,
  type Findings,
  type Rung,
  type Setting,
  type TrainingFinding,
  type Untrained,
} from '../study/findings.js'
import { html, table, type Column, type Html } from './html.js'

interface OfMethod extends Setting {
  readonly method: string
}

/** The columns that name a row: its method, and of its setting what the study varies. */
export function names<Row extends OfMethod>({ settings }: Findings): Column<Row>[] {
  const varies = (key: keyof Setting) => new Set(settings.map((setting) => setting[key])).size > 1
  const column = (key: keyof Setting, title: string, value: (row: Row) => string): Column<Row>[] =>
    varies(key) ? [{ title, value }] : []
  return [
    { title: 'method', isName: true, value: (row) => methodLabel(row.method) },
    ...column('density', 'density', (row) => formatSetting(row.density)),
    ...column('scope', 'scope', (row) => row.scope),
    ...column('hiddenLayers', 'hidden layers', (row) => formatCount(row.hiddenLayers)),
  ]
}

/** One row per setting and method, with what belongs to it; none without. */
export function rowsOf<Item extends OfMethod>({ settings, methods }: Findings, items: readonly Item[]) {
  return settings.flatMap((setting) =>
    methods
      .map((method) => ({
        ...setting,
        method,
        items: items.filter((i) => i.method === method && sameSetting(i, setting)),
      }))
      .filter((row) => row.items.length > 0),
  )
}

/** Densities and dead units at the widest networks. */
export function pruningTable(findings: Findings): Html {
  const rows = atWidest(findings.pruning)
  if (rows.length === 0) return html``
  return table(
    `Kept fraction of every matrix and dead units of every hidden layer, width ${formatCount(rows[0].width)}`,
    [
      ...names<(typeof rows)[number]>(findings),
      ...rows[0].layerDensity.map((_, i) => ({
        title: matrixLabel(i + 1),
        value: (row: (typeof rows)[number]) => formatSpread(row.layerDensity[i], row.layerDensitySd[i]),
      })),
      ...rows[0].deadFraction.map((_, i) => ({
        title: `dead in layer ${i + 1}`,
        value: (row: (typeof rows)[number]) => formatPercent(row.deadFraction[i]),
      })),
    ],
    rows,
  )
}

const formatPathDensity = (value: number | null): string => (value === 0 ? '0: collapsed' : formatNumber(value))

/** Path density of every method against width. */
export function pathDensityTable(findings: Findings): Html {
  const { graphons, widths } = findings
  const rows = rowsOf(findings, graphons)
  return table(
    'Path density: the product of all densities along a path from an input to a class, averaged over paths',
    [
      ...names<(typeof rows)[number]>(findings),
      ...widths.map((width) => ({
        title: `n = ${formatCount(width)}`,
        value: ({ items }: (typeof rows)[number]) =>
          formatPathDensity(items.find((g) => g.width === width)?.pathDensity ?? null),
      })),
    ],
    rows,
  )
}

/** The verdict on every matrix, and the numbers behind it. */
export function verdictTable(findings: Findings): Html {
  const rows = findings.convergence
  const structure = ({ test }: (typeof rows)[number]) => {
    if (!test.structure) return formatNumber(null)
    return test.structure.structured ? formatNumber(test.structure.distance) : 'none'
  }
  const moving = ({ test }: (typeof rows)[number]) =>
    Object.entries(test.observed)
      .filter(([, trend]) => trend.verdict === 'drifting' || trend.verdict === 'converging')
      .map(([name, trend]) => `${name.replaceAll('_', ' ')} ${trend.verdict}`)
  return table(
    'Is there a limit? Structure: L² distance of W/ρ from the constant beyond noise and sorting',
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'matrix', isName: true, value: ({ matrix }) => matrixLabel(matrix) },
      { title: 'verdict', value: ({ test }) => test.verdict },
      { title: 'rests on', value: ({ test }) => test.restsOn },
      { title: 'budget', value: ({ test }) => `${test.budget.verdict}: ${test.budget.reason}` },
      {
        title: 'shape',
        value: ({ test }) => (test.shape ? `${test.shape.verdict}: ${test.shape.reason}` : test.reason),
      },
      { title: 'structure', value: structure },
      { title: 'also moving', value: (row) => formatList(moving(row)) },
    ],
    rows,
  )
}

/** The last step in width of every matrix, in noise floors. */
export function convergenceTable(findings: Findings): Html {
  const rows = findings.convergence.flatMap(({ points, ...which }) => {
    const last = points.toSorted((a, b) => a.width - b.width).at(-1)
    return !last || last.successive === null ? [] : [{ ...which, ...last }]
  })
  const over = (a: number | null, b: number | null) => formatNumber(a !== null && b !== null && b > 0 ? a / b : null)
  return table(
    'The last step: distance between the graphons of the two largest widths',
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'matrix', isName: true, value: ({ matrix }) => matrixLabel(matrix) },
      { title: 'width', value: ({ width }) => formatCount(width) },
      { title: 'L² distance', value: ({ successive }) => formatNumber(successive) },
      { title: 'noise floor', value: ({ successiveFloor }) => formatNumber(successiveFloor) },
      { title: 'ratio', value: ({ successive, successiveFloor }) => over(successive, successiveFloor) },
      { title: 'split halves', value: ({ splitHalf }) => formatNumber(splitHalf) },
    ],
    rows,
  )
}

/** The counting lemma: motif densities at the two largest widths beside what the cut norm between them allows. */
export function countingTable(findings: Findings): Html {
  const rows = findings.motifs.flatMap(({ counting, ...which }) => (counting ? [{ ...which, counting }] : []))
  const shown = [...new Set(rows.flatMap(({ counting }) => counting.motifs.map(({ motif }) => motif)))]
  const { from, to } = rows.at(0)?.counting ?? { from: 0, to: 0 }
  return table(
    `Motif densities at widths ${formatCount(from)} → ${formatCount(to)}, and in brackets the most that they can differ by: edges × cut norm`,
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'matrix', isName: true, value: ({ matrix }) => matrixLabel(matrix) },
      {
        title: 'cut norm between them',
        value: ({ counting }) => formatInterval(counting.cutLower, counting.cutUpper),
      },
      ...shown.map((name) => ({
        title: name,
        value: ({ counting }: (typeof rows)[number]) => {
          const found = counting.motifs.find(({ motif }) => motif === name)
          return found
            ? `${formatNumber(found.from)} → ${formatNumber(found.to)} (≤ ${formatNumber(found.bound)})`
            : formatNumber(null)
        },
      })),
    ],
    rows,
  )
}

const formatInterval = (lower: number, upper: number): string =>
  formatNumber(lower) === formatNumber(upper) ? formatNumber(upper) : `${formatNumber(lower)} … ${formatNumber(upper)}`

/** Closed forms against estimates at the widest networks. */
export function closedFormTable(findings: Findings): Html {
  const widest = atWidest(findings.closedForms)
  const rows = widest.flatMap(({ matrices, ...which }) =>
    matrices.map(({ density: found, ...numbers }) => ({ ...which, ...numbers, found })),
  )
  if (rows.length === 0) return html``
  return table(
    `Closed form against the estimate from one network, width ${formatCount(rows[0].width)}`,
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'matrix', isName: true, value: ({ matrix }) => matrixLabel(matrix) },
      { title: 'density predicted', value: ({ predictedDensity }) => formatNumber(predictedDensity) },
      { title: 'density found', value: ({ found }) => formatNumber(found) },
      { title: 'L² distance', value: ({ distance }) => formatNumber(distance) },
      { title: 'noise floor', value: ({ floor }) => formatNumber(floor) },
      { title: 'to its mean', value: ({ structure }) => formatNumber(structure) },
      {
        title: 'structure explained',
        value: ({ explained }) => (explained === null ? 'none there' : formatPercent(explained)),
      },
      { title: 'cut norm', value: ({ cutLower, cutUpper }) => formatInterval(cutLower, cutUpper) },
    ],
    rows,
  )
}

/** Kernels that are zero, or have negative eigenvalues that rounding does not explain; nothing when there are none. */
export function spectraWarnings(findings: Findings): Html {
  const found = atWidest(findings.spectra).flatMap((item) => {
    if (item.warning === null) return []
    const where = names<typeof item>(findings).map(({ title, isName, value }) =>
      isName ? value(item) : `${title} ${value(item)}`,
    )
    return [html`<li>The ${kernelLabels[item.kernel]} of ${where.join(', ')} ${item.warning}.</li> `]
  })
  return found.length === 0
    ? html``
    : html`<ul>
        ${found}
      </ul> `
}

/** All metrics of all kernels at the widest networks. */
export function spectraTable(findings: Findings): Html {
  const rows = atWidest(findings.spectra)
  if (rows.length === 0) return html``
  return table(
    `Spectral metrics, width ${formatCount(rows[0].width)}`,
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'kernel', isName: true, value: ({ kernel }) => kernelLabels[kernel] },
      { title: 'trace', value: ({ trace }) => formatNumber(trace) },
      { title: 'λ₁', value: ({ eigenvalues }) => formatNumber(eigenvalues.at(0) ?? null) },
      { title: 'λ₁ / λ₂', value: ({ gap }) => formatNumber(gap) },
      { title: 'top-5 energy', value: ({ top5Energy }) => formatNumber(top5Energy) },
      { title: 'effective rank', value: ({ effectiveRank }) => formatNumber(effectiveRank) },
      { title: 'entropy rank', value: ({ entropyRank }) => formatNumber(entropyRank) },
      {
        title: 'decay α',
        value: ({ alpha, alphaStandardError }) => formatSpread(alpha, alphaStandardError),
      },
      { title: 'condition number', value: ({ conditionNumber }) => formatNumber(conditionNumber) },
      { title: 'target alignment', value: ({ targetAlignment }) => formatNumber(targetAlignment) },
      { title: 'distance to empirical', value: ({ errorToEmpirical }) => formatNumber(errorToEmpirical) },
    ],
    rows,
  )
}

interface Trained extends OfMethod {
  readonly trials: readonly TrainingFinding[]
}

function trainedRows(findings: Findings): Trained[] {
  return rowsOf(findings, atWidest(findings.training)).map(({ items, ...which }) => ({ ...which, trials: items }))
}

interface Attempted extends Trained {
  readonly failed: number
}

/** {@link trainedRows} with those that could not be trained at the same width. */
function attemptedRows(findings: Findings): Attempted[] {
  const trained = atWidest(findings.training)
  const width = trained.at(0)?.width
  const failed = findings.untrained.filter((run) => run.width === width)
  return rowsOf<OfMethod>(findings, [...trained, ...failed]).map((row) => {
    const here = (run: OfMethod) => run.method === row.method && sameSetting(run, row)
    const { method, density, scope, hiddenLayers } = row
    const setting = { density, scope, hiddenLayers }
    return { method, ...setting, trials: trained.filter(here), failed: failed.filter(here).length }
  })
}

const untrainedLabels = {
  dead: 'with no active path from the inputs to the outputs',
  diverged: 'whose loss left the range of numbers',
  solved: 'with a loss of zero before the first step, as the targets of one class are',
  impossible: 'whose numbers did not allow it',
} as const satisfies Record<Untrained, string>

/** How many networks could not be trained, and why; nothing when all were. */
export function untrainedSentence({ training, untrained }: Findings): Html {
  if (untrained.length === 0) return html``
  const kinds = Object.entries(untrainedLabels).flatMap(([why, label]) => {
    const count = untrained.filter((run) => run.why === why).length
    return count > 0 ? [`${formatCount(count)} ${label}`] : []
  })
  const all = training.length + untrained.length
  return html`<p>
    ${formatCount(untrained.length)} of ${formatPlural(all, 'network')} could not be trained: ${formatList(kinds)};
    means are over the trials that were.
  </p> `
}

/** Mean over the trials that have a value; null when none has. */
export function meanOverTrials(
  trials: readonly TrainingFinding[],
  value: (trial: TrainingFinding) => number | null | undefined,
): number | null {
  const values = trials.map(value).filter((v): v is number => v !== null && v !== undefined)
  return values.length > 0 ? mean(values) : null
}

/** What training really did. */
export function trainingTable(findings: Findings): Html {
  const rows = attemptedRows(findings)
  const width = atWidest(findings.training).at(0)?.width
  return table(
    `Measured training, mean over trials${width === undefined ? '' : `, width ${formatCount(width)}`}`,
    [
      ...names<Attempted>(findings),
      ...(findings.untrained.length > 0
        ? [
            {
              title: 'trained',
              value: ({ trials, failed }: Attempted) =>
                `${formatCount(trials.length)} of ${formatPlural(trials.length + failed, 'trial')}`,
            },
          ]
        : []),
      { title: 'step size', value: ({ trials }) => formatStepSize(trials) },
      { title: 'loss before', value: ({ trials }) => formatNumber(meanOverTrials(trials, (t) => t.loss.at(0))) },
      { title: 'loss after', value: ({ trials }) => formatNumber(meanOverTrials(trials, (t) => t.loss.at(-1))) },
      { title: 'train accuracy', value: ({ trials }) => formatPercent(meanOverTrials(trials, (t) => t.trainAccuracy)) },
      { title: 'test accuracy', value: ({ trials }) => formatPercent(meanOverTrials(trials, (t) => t.testAccuracy)) },
      { title: 'laziness', value: ({ trials }) => formatNumber(meanOverTrials(trials, (t) => t.laziness)) },
    ],
    rows,
  )
}

/** Error and area of every rung. */
export function ladderTable(findings: Findings): Html {
  const rows = trainedRows(findings)
  const present = rungs.filter((rung) =>
    rows.some(({ trials }) => trials.some((t) => t.predictions.some((p) => p.rung === rung))),
  )
  const area = (trials: readonly TrainingFinding[], rung: Rung) =>
    meanOverTrials(trials, (t) => t.predictions.find((p) => p.rung === rung)?.area)
  return table(
    'Difference between predicted and measured loss: root mean square (and area between the curves), over the initial loss',
    [
      ...names<Trained>(findings),
      { title: 'step size', value: ({ trials }) => formatStepSize(trials) },
      ...present.map((rung) => ({
        title: rungLabels[rung],
        value: ({ trials }: Trained) =>
          `${formatNumber(rungError(trials, rung))} (${formatNumber(area(trials, rung))})`,
      })),
    ],
    rows,
  )
}
