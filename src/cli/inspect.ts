import type { Command } from 'commander'
import { visible } from '../data/visible.js'
import { inspectTensors, type InspectedChain, type InspectedTensor } from '../network/inspect.js'
import { openArchive } from '../node/files/read-network.js'
import { shared } from './options.js'
import { print, printJson, short } from './output.js'

interface InspectFlags {
  readonly layers?: readonly string[]
  readonly json?: boolean
}

const percent = (share: number): string => `${short(100 * share)} %`

/** Columns of equal width, two blanks apart. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most.at(i) ?? 0, cell.length)), [])
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd())
}

/** A chain in lines: what it keeps, layer by layer, and why it is one. */
function chainLines({ sizes, weights, kept, density, why, layers }: InspectedChain, name: string): string[] {
  const whole = density === 1 ? 'dense' : `${kept} of ${weights} weights kept (${percent(density)})`
  return [
    `${name}: ${sizes.join('-')}, ${whole}; ${why}`,
    ...aligned(
      layers.map((layer) => [
        visible(layer.name),
        `${layer.shape[0]} × ${layer.shape[1]}`,
        `${layer.kept} kept`,
        percent(layer.density),
        layer.deadUnits === 0 ? 'no dead unit' : `${layer.deadUnits} dead ${layer.deadUnits === 1 ? 'unit' : 'units'}`,
        layer.by === 'mask' ? 'by its mask' : 'by exact zeros',
      ]),
    ),
  ]
}

function otherLines(other: readonly InspectedTensor[]): string[] {
  if (other.length === 0) return []
  return [
    'in no chain:',
    ...aligned(
      other.map(({ name, dtype, shape, why, density }) => [
        visible(name),
        dtype,
        shape ? `[${shape.join(', ')}]` : '?',
        `${why}${density === undefined ? '' : `; ${percent(density)} kept`}`,
      ]),
    ),
  ]
}

/** What to run next, on the chain that has most to say. */
function nextLine(file: string, chains: readonly InspectedChain[]): string[] {
  if (chains.length === 0)
    return ['no chain of fully connected layers: there is nothing that a graphon could be estimated from']
  const [longest] = [...chains].sort((a, b) => b.layers.length - a.layers.length || b.weights - a.weights)
  const layers = chains.length > 1 ? ` --layers ${longest.layers.map(({ name }) => name).join(',')}` : ''
  return [`next: limn graphon ${file}${layers} --out graphon.npz`]
}

function inspect(file: string, { layers, json }: InspectFlags): void {
  const archive = openArchive(file)
  const { chains, other } = inspectTensors(archive, file, layers ? { layers } : {})
  const { apart = [] } = archive
  if (json) {
    printJson({ file, chains, other, ...(apart.length > 0 && { apart }) })
    return
  }
  const count = chains.length === 1 ? '1 chain' : `${chains.length} chains`
  print(
    `${file}: ${archive.tensors.size} ${archive.tensors.size === 1 ? 'tensor' : 'tensors'}, ${count} of fully connected layers`,
  )
  chains.forEach((chain, i) => {
    for (const line of chainLines(chain, chains.length === 1 ? 'chain' : `chain ${i + 1}`)) print(line)
  })
  for (const line of otherLines(other)) print(line)
  for (const { name, tensors } of apart)
    print(`beside them: ${visible(name)} (${tensors} ${tensors === 1 ? 'tensor' : 'tensors'}), no part of a network`)
  for (const line of nextLine(file, chains)) print(line)
}

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .summary('what a file of masks or weights holds')
    .description(
      'List the tensors of a .safetensors, .npz, .npy or PyTorch file: chains of fully connected layers with what their matrices keep and why they are chains, and everything else with what it is taken for.',
    )
    .argument('<file>', 'masks or weights, - for standard input')
    .addOption(shared.layers())
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn inspect checkpoint.pt\n  limn inspect checkpoint.pt --layers fc1,fc2,fc3 --json',
    )
    .action(inspect)
}
