import type { Command } from 'commander'
import { Option } from 'commander'
import { encodeNpz } from '../data/npz.js'
import { chainToTensors } from '../graphon/chain-file.js'
import { closedForms, type ClosedForm } from '../graphon/limits/closed-forms.js'
import { constantLimitChain, type ConstantLimit } from '../graphon/limits/closed-form.js'
import type { Activation } from '../network/activation.js'
import { requireWritable, writeAtomic } from '../node/files.js'
import type { Scope } from '../prune/budget.js'
import { UsageError } from './fail.js'
import { parseDensity, parseNumbers, parsePath, parseSizes, shared } from './options.js'
import { print, printJson, short } from './output.js'

interface LimitFlags {
  readonly sizes: readonly number[]
  readonly method: ClosedForm
  readonly density: number
  readonly scope: Scope
  readonly activation?: Activation
  readonly sigmaW2?: number[]
  readonly widths?: readonly number[]
  readonly out?: string
  readonly json?: boolean
}

/** The network with every hidden layer of the same width. */
const atWidth = (sizes: readonly number[], width: number): number[] =>
  sizes.map((size, i) => (i > 0 && i < sizes.length - 1 ? width : size))

/** What every closed form has. */
const numbersOf = ({ densities, energies, deviations }: ConstantLimit): ConstantLimit => ({
  densities,
  energies,
  deviations,
})

function run(flags: LimitFlags): void {
  const { sizes, method, density, scope, activation, sigmaW2, out, json } = flags
  if (sizes.length < 3)
    throw new UsageError(`limit: expected at least one hidden layer in --sizes, got ${sizes.join(',')}`)
  if (sigmaW2 && sigmaW2.length !== sizes.length - 1) {
    throw new UsageError(`limit: expected ${sizes.length - 1} values of --sigma-w2, got ${sigmaW2.length}`)
  }
  const wrong = flags.widths?.find((width) => !(Number.isSafeInteger(width) && width > 0))
  if (wrong !== undefined) throw new UsageError(`limit: expected positive integers as --widths, got ${wrong}`)
  if (out !== undefined) requireWritable(out)
  const options = { density, scope, ...(activation && { activation }), ...(sigmaW2 && { sigmaW2 }) }
  const { finite, limit } = closedForms[method]
  const infinite = limit({ ...options, sizes })
  const points = (flags.widths?.map((width) => atWidth(sizes, width)) ?? [sizes]).map((at) => ({
    sizes: at,
    ...numbersOf(finite({ ...options, sizes: at })),
  }))
  if (out !== undefined) writeAtomic(out, encodeNpz(chainToTensors(constantLimitChain(sizes, infinite))))
  if (json) {
    printJson({ method, scope, density, points, limit: numbersOf(infinite) })
    return
  }
  const line = ({ densities, energies }: ConstantLimit) =>
    `W ${densities.map(short).join(' ')}   V ${energies.map(short).join(' ')}`
  for (const point of points) print(`${point.sizes.join('-')}  ${line(point)}`)
  print(`n → ∞  ${line(infinite)}${out === undefined ? '' : `  → ${out}`}`)
}

export function addLimit(program: Command): void {
  const about = Object.entries(closedForms).map(([name, { summary }]) => `${name}: ${summary}`)
  program
    .command('limit')
    .summary('graphon limits that are known in closed form')
    .description(
      `Densities W and weight energies V of every matrix at given sizes and in the limit of infinite width, from formulas. ${about.join('; ')}.`,
    )
    .addOption(new Option('--sizes <list>', 'layer sizes d,n_1,…,n_L,C').argParser(parseSizes).makeOptionMandatory())
    .addOption(new Option('--method <name>', 'pruning method').choices(Object.keys(closedForms)).makeOptionMandatory())
    .addOption(new Option('--density <fraction>', 'kept fraction').argParser(parseDensity).makeOptionMandatory())
    .addOption(
      new Option('--scope <scope>', 'one threshold for all matrices, or one for each')
        .choices(['global', 'layer'])
        .default('global'),
    )
    .addOption(
      new Option('--widths <list>', 'widths of all hidden layers, in place of those in --sizes').argParser(
        parseNumbers,
      ),
    )
    .addOption(shared.activation())
    .addOption(shared.sigmaW2())
    .addOption(new Option('--out <file>', 'the chain at infinite width, .npz').argParser(parsePath))
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn limit --sizes 784,512,512,10 --method magnitude --density 0.2 --widths 128,512,2048 --out limit.npz',
    )
    .action(run)
}
