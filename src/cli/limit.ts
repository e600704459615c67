import type { Command } from 'commander'
import { Option } from 'commander'
import { defaultBins } from '../graphon/estimate/estimate.js'
import type { GraphonChain } from '../graphon/chain/chain.js'
import { encodeChain } from '../graphon/chain/chain-file.js'
import { closedForms, type ClosedForm } from '../graphon/limits/closed-forms.js'
import { predictions } from '../graphon/limits/predictions.js'
import { constantLimitChain, type ConstantLimit } from '../graphon/limits/closed-form.js'
import type { Activation } from '../network/activation.js'
import { defaultContext } from '../network/context.js'
import { writeAtomic } from '../node/files/files.js'
import { scopes, type Scope } from '../prune/budget.js'
import { criterionNames, type CriterionName } from '../prune/criteria.js'
import { version } from '../version.js'
import { applies } from './applies.js'
import { requireDestination } from './destination.js'
import { UsageError } from './fail.js'
import { limited, refuseIdle, type Given, type Limit } from './limits.js'
import { limitOfMasks, type MaskFlags } from './limit-masks.js'
import { parseCount, parseDensity, parseNumbers, parsePath, parseSizes, parseWhole, shared } from './options.js'
import { print, printJson, short } from './output.js'

interface LimitFlags extends MaskFlags {
  readonly sizes?: readonly number[]
  readonly activation?: Activation
  readonly widths?: readonly number[]
}

const isClosedForm = (method: string): method is ClosedForm => Object.hasOwn(closedForms, method)

/** What the command cannot do without when there are no masks. */
function requireFlags({ sizes, method, density, scope = 'global' }: LimitFlags) {
  if (!sizes || !method || density === undefined) {
    const missing = [!sizes && '--sizes', !method && '--method', density === undefined && '--density'].filter(Boolean)
    throw new UsageError(`limit: expected a file of masks, or ${missing.join(', ')}`)
  }
  if (!isClosedForm(method)) {
    const known = Object.keys(closedForms).join(', ')
    throw new UsageError(`limit: expected a method of ${known}, or a file of masks for ${method}, got ${method}`)
  }
  return { sizes, method, density, scope }
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

/** The limit with what is known of its network: that which its closed form was told. */
function chainOfLimit(
  { sizes, activation, sigmaW2, method, density, scope }: LimitFlags,
  chain: GraphonChain,
): GraphonChain {
  const known = defaultContext(chain.W.length, activation)
  const network = { ...known, ...(sigmaW2 && { sigmaW2 }), ...(sizes && { sizes }) }
  return {
    ...chain,
    // Without an activation the kernel may be asked for with any.
    ...((activation ?? sigmaW2) && { network }),
    origin: { ...(method && { method }), ...(density !== undefined && { density }), ...(scope && { scope }) },
  }
}

/** Formulas that need nothing but sizes. */
function limitOfSizes(flags: LimitFlags): void {
  const { sizes, method, density, scope } = requireFlags(flags)
  const { activation, sigmaW2, out, json } = flags
  if (sizes.length < 3)
    throw new UsageError(`limit: expected at least one hidden layer in --sizes, got ${sizes.join(',')}`)
  if (sigmaW2 && sigmaW2.length !== sizes.length - 1) {
    throw new UsageError(`limit: expected ${sizes.length - 1} values of --sigma-w2, got ${sigmaW2.length}`)
  }
  const wrong = flags.widths?.find((width) => !(Number.isSafeInteger(width) && width > 0))
  if (wrong !== undefined) throw new UsageError(`limit: expected positive integers as --widths, got ${wrong}`)
  if (out !== undefined) {
    requireDestination({ command: 'limit', kind: 'chain', inputs: [], ...flags, out })
  }
  const options = { density, scope, ...(activation && { activation }), ...(sigmaW2 && { sigmaW2 }) }
  const { finite, limit } = closedForms[method]
  const infinite = limit({ ...options, sizes })
  const points = (flags.widths?.map((width) => atWidth(sizes, width)) ?? [sizes]).map((at) => ({
    sizes: at,
    ...numbersOf(finite({ ...options, sizes: at })),
  }))
  if (out !== undefined)
    writeAtomic(out, encodeChain(chainOfLimit(flags, constantLimitChain(sizes, infinite)), { limn: version }))
  if (json) {
    printJson({ method, scope, density, points, limit: numbersOf(infinite) })
    return
  }
  const line = ({ densities, energies }: ConstantLimit) =>
    `W ${densities.map(short).join(' ')}   V ${energies.map(short).join(' ')}`
  for (const point of points) print(`${point.sizes.join('-')}  ${line(point)}`)
  print(`n → ∞  ${line(infinite)}${out === undefined ? '' : `  → ${out}`}`)
}

function run(file: string | undefined, flags: LimitFlags, command: Command): void {
  if (file === undefined) {
    limitOfSizes(flags)
    return
  }
  limitOfMasks(file, flags, (facts) => refuseIdle(command, facts))
}

const ofMasks: Limit = { only: 'with a file of masks', when: ({ operands }) => operands[0] !== undefined }

const ofSizes: Limit = {
  only: 'without a file of masks, which says it',
  when: ({ operands }) => operands[0] === undefined,
}

const asked = ({ flags, facts }: Given) => ({
  method: facts.method ?? (flags['method'] as CriterionName | undefined),
  scope: facts.scope ?? (flags['scope'] as Scope | undefined),
})

/** Methods whose closed form must know one of these. */
const needing = (...needs: readonly unknown[]): string =>
  criterionNames.filter((name) => needs.includes(predictions[name].needs)).join(' and ')

const ofNetworks: Limit = {
  only: `for ${needing('network', 'batch')}, whose closed forms read weights`,
  when: (given) => {
    const { method } = asked(given)
    return method === undefined || predictions[method].needs !== 'sizes'
  },
}

const ofBatches: Limit = {
  only: `for ${needing('batch')}, whose closed form reads samples`,
  when: (given) => {
    const { method } = asked(given)
    return method === undefined || predictions[method].needs === 'batch'
  },
}

const byScale: Limit = {
  only: 'where weights of several matrices are compared, not for random nor for magnitude with --scope layer',
  when: (given) => {
    const { method, scope } = asked(given)
    return method !== 'random' && !(method === 'magnitude' && scope === 'layer')
  },
}

export function addLimit(program: Command): void {
  const about = Object.entries(predictions).map(([name, { summary }]) => `${name}: ${summary}`)
  program
    .command('limit')
    .summary('graphon limits that are known in closed form')
    .description(
      `Without a file: densities W and weight energies V of every matrix at given sizes and in the limit of infinite width, for ${Object.keys(closedForms).join(' and ')}. With masks: what the closed form of their method predicts, beside what is found in them: L² and cut distance, noise floor, and the share of the structure that is explained. ${about.join('; ')}.`,
    )
    .argument('[masks]', 'masks of limn prune, with the weights before pruning (.safetensors, .npz, .pt)')
    .addOption(limited(new Option('--sizes <list>', 'layer sizes d,n_1,…,n_L,C').argParser(parseSizes), ofSizes))
    .addOption(
      new Option('--method <name>', 'pruning method; default: what the file says').choices(Object.keys(predictions)),
    )
    .addOption(new Option('--density <fraction>', 'kept fraction; default: what the file says').argParser(parseDensity))
    .addOption(
      new Option(
        '--scope <scope>',
        'one threshold for all matrices, or one for each; default: what the file says, else global',
      ).choices([...scopes]),
    )
    .addOption(
      limited(
        new Option('--widths <list>', 'widths of all hidden layers, in place of those in --sizes').argParser(
          parseNumbers,
        ),
        ofSizes,
      ),
    )
    .addOption(
      limited(shared.activation(), byScale, {
        only: `without --sigma-w2, whose default it sets, or on masks ${ofBatches.only}`,
        when: (given) => (ofMasks.when(given) ? ofBatches.when(given) : given.flags['sigmaW2'] === undefined),
      }),
    )
    .addOption(limited(shared.sigmaW2(), byScale))
    .addOption(
      limited(
        new Option('--weights <file>', 'weights before pruning, where the masks’ file has only those that survived'),
        ofMasks,
        ofNetworks,
      ),
    )
    .addOption(limited(shared.layers(), ofMasks))
    .addOption(limited(shared.zeros(), ofMasks, applies.bare))
    .addOption(limited(shared.data(), ofMasks, ofBatches))
    .addOption(limited(shared.samples(), ofMasks, ofBatches, applies.withData))
    .addOption(limited(shared.standardize(), ofMasks, ofBatches, applies.withData, applies.unnamedData))
    .addOption(
      limited(
        new Option(
          '--seed <integer>',
          'of the draw of samples and the noise floor; default: what the file says',
        ).argParser(parseWhole),
        ofMasks,
      ),
    )
    .addOption(
      limited(
        new Option('--bins <n>', 'bins per hidden layer of the comparison').argParser(parseCount).default(defaultBins),
        ofMasks,
      ),
    )
    .addOption(
      new Option('--out <file>', 'the chain at infinite width, or the predicted one binned, .npz').argParser(parsePath),
    )
    .addOption(limited(shared.force(), applies.withOut))
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn limit --sizes 784,512,512,10 --method magnitude --density 0.2 --widths 128,512,2048 --out limit.npz\n  limn limit masks.safetensors --data mnist --samples 512',
    )
    .action(run)
}
