import { Option, type Command } from 'commander'
import type { TensorFile } from '../data/tensor-file.js'
import type { Tensor, TensorArchive } from '../data/tensor.js'
import { visible } from '../data/visible.js'
import { networkForms, type NetworkForm, type NetworkFormName } from '../network/forms.js'
import { writeAtomic } from '../node/files/files.js'
import { checkpointOf, openArchive } from '../node/files/read-network.js'
import { encodeNetwork } from '../node/files/store-network.js'
import { requireDestination } from './destination.js'
import { UsageError } from './fail.js'
import { parseNames, shared, type NetworkFlags } from './options.js'
import { print, printJson, say } from './output.js'
import { sayReading } from './reading-lines.js'

interface ConvertFlags extends NetworkFlags {
  readonly out: string
  readonly form: 'tensors' | NetworkFormName
  readonly names?: readonly string[]
  readonly force?: boolean
  readonly json?: boolean
}

const formNames = Object.keys(networkForms) as readonly NetworkFormName[]

/** Every tensor under its own name. */
function allTensors({ tensors, metadata, apart = [] }: TensorFile): TensorArchive {
  for (const { name, tensors: count } of apart) {
    say(
      `convert: ${visible(name)} (${count} ${count === 1 ? 'tensor' : 'tensors'}) is no part of the state dict and is left out`,
    )
  }
  const read = new Map<string, Tensor>()
  const halves: string[] = []
  for (const [key, stored] of tensors) {
    const tensor = stored.read()
    if (tensor.stored) halves.push(key)
    read.set(key, tensor)
  }
  if (halves.length > 0)
    say(`convert: ${halves.length} tensors of 16 bits, such as ${visible(halves[0])}, become f32, which loses nothing`)
  return { tensors: read, metadata }
}

/** The names that the layers get: those that are said, or those of the file, or their numbers. */
function layerNames(asked: readonly string[] | undefined, own: readonly string[], count: number): readonly string[] {
  if (asked && asked.length !== count) {
    throw new UsageError(`convert: expected ${count} --names, one for each layer, got ${asked.length}`)
  }
  return asked ?? (own.length === count ? own : Array.from({ length: count }, (_, l) => `layers.${l}`))
}

function formed(file: string, archive: TensorFile, flags: ConvertFlags, form: NetworkFormName): TensorArchive {
  const checkpoint = checkpointOf(archive, file, flags)
  sayReading(file, checkpoint, flags)
  const { needsWeights, write }: NetworkForm = networkForms[form]
  if (needsWeights && !checkpoint.network) {
    throw new UsageError(`convert: expected weights in ${file} for --form ${form}, got masks alone; use --form masks`)
  }
  if (needsWeights && checkpoint.spec.parameterization === 'ntk') {
    say(
      `convert: the factors of the NTK parameterisation go into the weights of ${flags.out}, which is in the standard one: the same outputs, another tangent kernel`,
    )
  }
  return write(checkpoint, layerNames(flags.names, checkpoint.reading.layers, checkpoint.masks.length))
}

function convert(file: string, flags: ConvertFlags): void {
  const { out, form, names, layers, zeros, json } = flags
  if (form === 'tensors' && (names ?? layers ?? zeros) !== undefined) {
    const option = names ? '--names' : layers ? '--layers' : '--zeros'
    throw new UsageError(`convert: ${option} says how a network is read; choose a --form: ${formNames.join(', ')}`)
  }
  if (form === 'limn' && names)
    throw new UsageError('convert: --names has no effect with --form limn; use another --form')
  requireDestination({ command: 'convert', kind: 'network', inputs: [file], ...flags })
  const archive = openArchive(file)
  const written = form === 'tensors' ? allTensors(archive) : formed(file, archive, flags, form)
  writeAtomic(out, encodeNetwork(out, written))
  const tensors = Array.from(written.tensors, ([name, { shape }]) => ({ name, shape }))
  if (json) printJson({ file, out, form, tensors })
  else {
    print(`${tensors.length} ${tensors.length === 1 ? 'tensor' : 'tensors'} → ${out}`)
    for (const { name, shape } of tensors) print(`  ${visible(name)}  ${shape.join(' × ')}`)
  }
}

export function addConvert(program: Command): void {
  program
    .command('convert')
    .summary('masks and weights into another file format, or for PyTorch')
    .description(
      'Write the tensors of a .safetensors, .npz, .npy or PyTorch file into a .safetensors, .npz or PyTorch file (.pt): all as they are, or a network of fully connected layers in a form that something else reads. Forms: ' +
        `tensors, all of them under their names; ${formNames.map((name) => `${name}, ${networkForms[name].about}`).join('; ')}. Weights of the last two are those that PyTorch ` +
        'multiplies by, whatever the parameterisation of the file.',
    )
    .argument('<file>', 'masks or weights, - for standard input')
    .addOption(shared.out('file to write: .safetensors, .npz or .pt'))
    .addOption(new Option('--form <form>', 'what is written').choices(['tensors', ...formNames]).default('tensors'))
    .addOption(
      new Option(
        '--names <list>',
        'names that the layers get, from input to output; default: those of the file',
      ).argParser(parseNames),
    )
    .addOption(shared.layers())
    .addOption(shared.zeros())
    .addOption(shared.force())
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn convert sampled.safetensors --form pruned --names fc1,fc2,fc3 --out sampled.pt',
    )
    .action(convert)
}
