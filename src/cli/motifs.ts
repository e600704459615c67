import type { Command } from 'commander'
import { Option } from 'commander'
import { unnamedKey } from '../data/archives.js'
import { FileError } from '../data/file-error.js'
import { readAll } from '../data/tensor-file.js'
import { toFloat64, type Tensor } from '../data/tensor.js'
import { chainFromTensors } from '../graphon/chain/chain-file.js'
import type { GraphonChain } from '../graphon/chain/chain.js'
import { distanceChains } from '../graphon/distances/chains.js'
import { defaultBins, estimateChain } from '../graphon/estimate/estimate.js'
import { measuresOf, motifReport, motifTable, type MotifRow } from '../graphon/motifs/motif-report.js'
import { pathDensity, type PathDensity } from '../graphon/chain/path-density.js'
import { matrix } from '../linalg/matrix.js'
import type { Checkpoint } from '../network/checkpoint.js'
import type { Mask } from '../network/mask.js'
import { pathWarnings } from '../network/paths.js'
import { checkpointOf, openArchive } from '../node/files/read-network.js'
import { applies } from './applies.js'
import { commonFacts } from './facts.js'
import { UsageError } from './fail.js'
import { limited, refuseIdle, type Facts, type Limit } from './limits.js'
import { parseCount, shared, type NetworkFlags } from './options.js'
import { between, ofDensity } from './figures.js'
import { print, printJson, short } from './output.js'
import { sayReading } from './reading-lines.js'
import { useAllCores } from './threads.js'
import { sayAll, sayWarnings } from './warnings.js'

interface MotifFlags extends NetworkFlags {
  readonly paths: number
  readonly bins: number
  readonly json?: boolean
}

/** Beyond it densities of sparse masks are below the smallest f64. */
const mostPathEdges = 100

/** Masks as they are, or a chain; one matrix of densities is a chain of one matrix. */
type Operand =
  | { readonly kind: 'masks'; readonly checkpoint: Checkpoint; readonly chain: GraphonChain }
  | { readonly kind: 'chain' | 'matrix'; readonly chain: GraphonChain }

const uniform = (n: number) => new Float64Array(n).fill(1 / n)

/** A mask is the step graphon whose bins are single units. */
function exactChain(masks: readonly Mask[]): GraphonChain {
  return {
    W: masks.map(({ rows, cols, data }) => matrix(rows, cols, Float64Array.from(data))),
    measures: masks.slice(0, -1).map(({ rows }) => uniform(rows)),
  }
}

/** Whether a lone array holds densities: within [0, 1], and not all of them 0 or 1 as in a mask. */
function isDensities({ shape, data }: Tensor): boolean {
  return shape.length === 2 && data.every((x) => x >= 0 && x <= 1) && data.some((x) => x !== 0 && x !== 1)
}

function readOperand(file: string, flags: NetworkFlags): Operand {
  const archive = openArchive(file)
  const { tensors } = archive
  const only = tensors.size === 1 ? tensors.get(unnamedKey)?.read() : undefined
  if (only && isDensities(only)) {
    const W = matrix(only.shape[0], only.shape[1], toFloat64(only))
    return { kind: 'matrix', chain: { W: [W], measures: [] } }
  }
  if (tensors.has('W0') || tensors.has('W1'))
    return { kind: 'chain', chain: chainFromTensors(readAll(archive).tensors, file) }
  const checkpoint = checkpointOf(archive, file, flags)
  return { kind: 'masks', checkpoint, chain: exactChain(checkpoint.masks) }
}

const readOperands = (files: readonly string[], flags: NetworkFlags): Operand[] =>
  files.map((file) => readOperand(file, flags))

/** What operands are, for options that apply to some of them. */
function factsOfAll(operands: readonly Operand[], file: string): Facts {
  const checkpoints = operands.flatMap((operand) => (operand.kind === 'masks' ? [operand.checkpoint] : []))
  return commonFacts(checkpoints, file)
}

/** Logarithms of nothing are −∞, which JSON cannot say. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function pathDocument({ mean, logMean, perClass, logPerClass }: PathDensity) {
  return { mean, logMean: finite(logMean), perClass, logPerClass: Array.from(logPerClass, finite) }
}

/** Columns as wide as their widest entry; the first is text, the others are numbers. */
function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  for (const row of rows) {
    const cells = row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i])))
    print(`  ${cells.join('  ').trimEnd()}`)
  }
}

function printMotifs(rows: readonly MotifRow[]): void {
  const isCorrected = rows.some(({ injective }) => injective !== undefined)
  const optional = (value: number | null | undefined) => (value === null || value === undefined ? '–' : short(value))
  printTable([
    ['motif', 'edges', 'density', ...(isCorrected ? ['of different units'] : []), 'constant p^e', 'ratio'],
    ...rows.map(({ motif, edges, density, injective, constant, ratio }) => [
      motif,
      String(edges),
      short(density),
      ...(isCorrected ? [optional(injective)] : []),
      short(constant),
      optional(ratio),
    ]),
  ])
}

function describe(file: string, flags: MotifFlags, command: Command): void {
  const { paths, json } = flags
  const [operand] = readOperands([file], flags)
  refuseIdle(command, factsOfAll([operand], file))
  const { kind, chain } = operand
  if (kind === 'masks') sayReading(file, operand.checkpoint, flags)
  if (chain.W.length > 1) sayAll(pathWarnings(chain.W))
  const matrices = chain.W.map((W, l) => {
    const motifs = motifTable(
      W,
      { ...measuresOf(chain, l), paths },
      kind === 'masks' ? operand.checkpoint.masks[l] : undefined,
    )
    return { matrix: l + 1, shape: [W.rows, W.cols], density: motifs[0].density, motifs }
  })
  const through = pathDensity(chain)
  if (json) {
    printJson({ source: kind, matrices, pathDensity: pathDocument(through) })
    return
  }
  for (const { matrix: l, shape, density, motifs } of matrices) {
    print(`matrix ${l}  ${shape.join(' × ')}  density ${short(density)}`)
    printMotifs(motifs)
  }
  const log = through.mean > 0 || Number.isFinite(through.logMean) ? `, ln ${short(through.logMean)}` : ''
  print(`path density through ${chain.W.length} matrices: ${short(through.mean)}${log}`)
}

/** Masks of different widths are compared as the step graphons that limn graphon gives them; warnings come with them. */
function forComparison(operand: Operand, file: string, flags: MotifFlags) {
  if (operand.kind !== 'masks') {
    const { kind, chain } = operand
    return { chain, tell: () => sayAll(kind === 'chain' ? pathWarnings(chain.W) : [], `${file}: `) }
  }
  const { chain, warnings } = estimateChain(operand.checkpoint.masks, { bins: flags.bins })
  const tell = () => {
    sayReading(file, operand.checkpoint, flags)
    sayWarnings(warnings, `${file}: `)
  }
  return { chain, tell }
}

function compare(fileA: string, fileB: string, flags: MotifFlags, command: Command): void {
  const { paths, bins, json } = flags
  const operands = readOperands([fileA, fileB], flags)
  refuseIdle(command, factsOfAll(operands, `${fileA} and ${fileB}`))
  const compared = operands.map((operand, i) => forComparison(operand, i === 0 ? fileA : fileB, flags))
  const [a, b] = compared.map(({ chain }) => chain)
  let cuts
  try {
    cuts = distanceChains(a, b, { norm: 'cut' })
  } catch (error) {
    if (error instanceof RangeError) throw new FileError(fileB, `compared with ${fileA}: ${error.message}`)
    throw error
  }
  compared.forEach(({ tell }) => tell())
  const report = motifReport(
    a,
    b,
    cuts.map(({ upper }) => upper),
    { paths },
  )
  if (json) {
    const sources = operands.map(({ kind }) => kind)
    const matrices = report.map(({ matrix: l, motifs }, i) => {
      const { lower, upper, exact } = cuts[i]
      return { matrix: l, cut: { lower, upper, exact }, motifs }
    })
    printJson({ sources, bins, matrices })
    return
  }
  report.forEach(({ matrix: l, motifs }, i) => {
    const { lower, upper, exact } = cuts[i]
    print(`matrix ${l}  cut norm ${exact ? ofDensity(upper) : between(lower, upper)}`)
    printTable([
      ['motif', 'in a', 'in b', '|difference|', 'bound e·‖a − b‖'],
      ...motifs.map((m) => [m.motif, short(m.a), short(m.b), ofDensity(m.difference), ofDensity(m.bound)]),
    ])
  })
}

function run(a: string, b: string | undefined, flags: MotifFlags, command: Command): void {
  if (flags.paths > mostPathEdges) {
    throw new UsageError(`motifs: expected at most ${mostPathEdges} edges as --paths, got ${flags.paths}`)
  }
  useAllCores()
  if (b === undefined) describe(a, flags, command)
  else compare(a, b, flags, command)
}

const ofMasks: Limit = { only: 'where a file holds masks or weights', when: ({ facts }) => facts.masks !== false }

export function addMotifs(program: Command): void {
  program
    .command('motifs')
    .summary('densities of small subgraphs in masks or graphons, and what the cut norm says of them')
    .description(
      'Densities of the edge, both cherries, paths, the 4-cycle and the 6-cycle in every matrix, beside those of a constant graphon of equal density, and the path density through all matrices. For masks also densities of different units, which are right at every width. With a second file: differences beside the counting lemma’s bound, e(F) times the cut norm; masks are then estimated as limn graphon does.',
    )
    .argument('<a>', 'masks (.safetensors, .npz, .pt), a chain (.npz), one mask or one matrix of densities (.npy)')
    .argument('[b]', 'a second one to compare with')
    .addOption(new Option('--paths <k>', 'longest path, in edges').argParser(parseCount).default(5))
    .addOption(
      limited(
        new Option('--bins <n>', 'bins per hidden layer of masks that are compared')
          .argParser(parseCount)
          .default(defaultBins),
        { only: 'with two files', when: ({ operands }) => operands[1] !== undefined },
        { only: 'where a file holds masks, because chains are binned', when: ({ facts }) => facts.masks !== false },
      ),
    )
    .addOption(limited(shared.layers(), ofMasks))
    .addOption(limited(shared.zeros(), ofMasks, applies.bare))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn motifs masks.safetensors --paths 8\n  limn motifs a.npz b.npz --json')
    .action(run)
}
