import type { Command } from 'commander'
import { Option } from 'commander'
import { unnamedKey } from '../data/archives.js'
import { FileError } from '../data/file-error.js'
import { readAll } from '../data/tensor-file.js'
import { toFloat64 } from '../data/tensor.js'
import { chainFromTensors } from '../graphon/chain/chain-file.js'
import type { GraphonChain } from '../graphon/chain/chain.js'
import { distance, type DistanceResult } from '../graphon/distances/distance.js'
import { distanceChains } from '../graphon/distances/chains.js'
import { norms, type NormName } from '../graphon/distances/norms.js'
import { relabelledChains, relabelledDistance, type RelabelledResult } from '../graphon/distances/relabel/relabel.js'
import type { Matrix } from '../linalg/matrix.js'
import { pathWarnings } from '../network/paths.js'
import { openTensorFile } from '../node/files/tensor-file.js'
import { limited } from './limits.js'
import { parseNonNegative, shared } from './options.js'
import { between, ofDensity } from './figures.js'
import { print, printJson, say, short } from './output.js'
import { sayAll } from './warnings.js'

interface DistanceFlags {
  readonly norm: NormName
  readonly gap?: number
  readonly relabel?: boolean
  readonly searchSeconds: number
  readonly json?: boolean
}

type Result = DistanceResult | RelabelledResult

type Operand =
  { readonly kind: 'matrix'; readonly matrix: Matrix } | { readonly kind: 'chain'; readonly chain: GraphonChain }

function readOperand(file: string): Operand {
  const { tensors } = readAll(openTensorFile(file))
  const tensor = tensors.get(unnamedKey)
  if (!tensor) {
    const chain = chainFromTensors(tensors, file)
    sayAll(pathWarnings(chain.W), `${file}: `)
    return { kind: 'chain', chain }
  }
  const [rows, cols] = tensor.shape
  if (tensor.shape.length !== 2 || rows < 1 || cols < 1) {
    throw new FileError(file, `expected a non-empty matrix, got shape [${tensor.shape.join(', ')}]`)
  }
  const data = toFloat64(tensor)
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    throw new FileError(
      file,
      `expected finite numbers, got ${data[bad]} at row ${Math.floor(bad / cols)}, column ${bad % cols}`,
    )
  }
  return { kind: 'matrix', matrix: { rows, cols, data } }
}

/** Answers true until `seconds` have passed, then says once what that means. */
function stopwatch(seconds: number): () => boolean {
  const end = performance.now() + 1000 * seconds
  let told = false
  return () => {
    if (performance.now() < end) return true
    if (!told) say(`search stopped after ${seconds} s: the interval is certain, a longer search may narrow it`)
    told = true
    return false
  }
}

function measure(fileA: string, fileB: string, flags: DistanceFlags): Result | Result[] {
  const { norm, gap, relabel, searchSeconds } = flags
  const a = readOperand(fileA)
  const b = readOperand(fileB)
  const options = { norm, ...(gap !== undefined && { gap }), ...(relabel && { keepOn: stopwatch(searchSeconds) }) }
  try {
    if (a.kind === 'matrix' && b.kind === 'matrix') {
      if (!relabel && !(a.matrix.rows === b.matrix.rows && a.matrix.cols === b.matrix.cols)) {
        const [expected, got] = [a.matrix, b.matrix].map(({ rows, cols }) => `${rows} × ${cols}`)
        const remedy = '--relabel compares matrices of different shapes'
        throw new FileError(fileB, `expected the shape of ${fileA}, ${expected}, got ${got}; ${remedy}`)
      }
      return (relabel ? relabelledDistance : distance)(a.matrix, b.matrix, options)
    }
    if (a.kind === 'chain' && b.kind === 'chain') {
      return (relabel ? relabelledChains : distanceChains)(a.chain, b.chain, options)
    }
  } catch (error) {
    if (error instanceof RangeError) throw new FileError(fileB, `compared with ${fileA}: ${error.message}`)
    throw error
  }
  throw new FileError(fileB, `expected a ${a.kind} to compare with ${fileA}, got a ${b.kind}`)
}

/** @param show how a distance reads: that of densities, or of matrices of any scale */
function line(result: Result, show: (value: number) => string): string {
  const { norm, value, lower, upper, exact } = result
  const found = `${norm} ${exact ? show(value) : between(lower, upper, show)}`
  if (!('relabel' in result)) return found
  const { relabel, bounds } = result
  const [from, to] = relabel.unmoved
  const moved = `${found} after relabelling; as they are ${between(from, to, show)}`
  return exact ? moved : `${moved} (lower: ${bounds.lower}; upper: ${bounds.upper})`
}

function run(a: string, b: string, flags: DistanceFlags): void {
  const result = measure(a, b, flags)
  if (flags.json) printJson(result)
  else if (Array.isArray(result)) result.forEach((entry, i) => print(`matrix ${i + 1}: ${line(entry, ofDensity)}`))
  else print(line(result, short))
}

export function addDistance(program: Command): void {
  program
    .command('distance')
    .summary('distance between two graphon chains or two matrices')
    .description(
      'Distance between two graphon chains (.npz, one entry per matrix) or two matrices (.npy), positions as they are or relabelled. Chains may have different bins, relabelled matrices different shapes. The cut norm is exact where the smaller side has at most 24 bins, else a certified interval.',
    )
    .argument('<a>', 'chain .npz or matrix .npy')
    .argument('<b>', 'the same kind as a')
    .addOption(new Option('--norm <name>', 'which norm').choices(Object.keys(norms)).default('cut'))
    .addOption(
      limited(
        new Option(
          '--gap <fraction>',
          'relative width that a cut norm’s interval may keep (default 0.09); 0: exact, however long it takes',
        ).argParser(parseNonNegative),
        { only: 'with --norm cut', when: ({ flags }) => flags['norm'] === 'cut' },
      ),
    )
    .addOption(
      new Option(
        '--relabel',
        'over relabellings of hidden positions (chains) or of both sides (matrices): cut distance',
      ),
    )
    .addOption(
      limited(
        new Option(
          '--search-seconds <number>',
          'when the search for relabellings stops with the best it has (bounds are certain all the same)',
        )
          .argParser(parseNonNegative)
          .default(60),
        { only: 'with --relabel', when: ({ flags }) => flags['relabel'] === true },
      ),
    )
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn distance a.npz b.npz --norm l2 --json\n  limn distance a.npz b.npz --relabel',
    )
    .action(run)
}
