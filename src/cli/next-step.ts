import type { Command } from 'commander'
import { FileError } from '../data/file-error.js'
import { resave } from '../data/torch/remedy.js'
import { fileKind, fileKinds, type FileKind } from '../node/files/file-kind.js'

/** What a place on the command line takes. */
type Expected = 'network' | 'chain' | 'kernel' | 'samples' | 'targets'

const operands: Readonly<Record<string, Expected>> = {
  masks: 'network',
  chain: 'chain',
  kernel: 'kernel',
  files: 'chain',
}
const options: Readonly<Record<string, Expected>> = { weights: 'network', data: 'samples', targets: 'targets' }

const expectedText: Readonly<Record<Expected, string>> = {
  ...fileKinds,
  samples: 'samples as .npz with x and y, .npy, or a folder',
  targets: 'targets as .npy',
}

/** A path as it can be pasted into Python or a shell. */
const quoted = (file: string): string => JSON.stringify(file)
const replaced = (file: string, extension: string): string => quoted(file.replace(/\.[^./\\]*$/, '') + extension)

const isForeign = (kind: FileKind): boolean => ['torch', 'hdf5', 'onnx'].includes(kind)

/** How one makes what a place takes from a file of another kind; undefined where there is nothing to say. */
function remedy(expected: Expected, found: FileKind, file: string, ntk: boolean): string | undefined {
  if (expected === 'samples' || expected === 'targets') {
    const isText = found === 'text'
    const values = isText ? `numpy.loadtxt(${quoted(file)}, delimiter=",")` : expected === 'samples' ? 'x' : 'y'
    const save = `numpy.save("${expected === 'samples' ? 'x' : 'y'}.npy", ${values})`
    return isText || isForeign(found) ? `save them with Python: ${save}` : undefined
  }
  const rules: Readonly<Record<string, string>> = {
    'network from torch': resave.whole(file),
    'network from hdf5': `save it with Python: numpy.savez(${replaced(file, '.npz')}, **{f"layers.{i}.weight": w.T for i, w in enumerate(kernels)})`,
    'network from onnx': `save it with Python: numpy.savez(${replaced(file, '.npz')}, **{t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(${quoted(file)}).graph.initializer})`,
    'network from chain': `${ntk ? 'leave --empirical out for the kernel of its limit, or ' : ''}limn sample ${file} --sizes <list> --out masks.safetensors draws one from it`,
    'chain from network': ntk
      ? `use --empirical for the kernel of the network itself, or limn graphon ${file} --out chain.npz first`
      : `limn graphon ${file} --out chain.npz makes one from it`,
    'kernel from chain': `limn ntk ${file} --data <source> --out kernel.npy makes one from it`,
    'kernel from network': `limn ntk --empirical ${file} --data <source> --out kernel.npy makes one from it, or limn graphon first for that of its limit`,
  }
  const text = rules[`${isForeign(found) ? 'network' : expected} from ${found}`] as string | undefined
  if (text !== undefined) return text
  if (found === 'kernel') return 'kernels are read by limn spectrum and limn predict'
  return found === 'samples' ? 'samples go in as --data' : undefined
}

/** A command's operand; `a` and `b`, which may be of several kinds, take chains or, of motifs, masks. */
function operandOf(command: Command, name: string): Expected | undefined {
  if (name === 'a' || name === 'b') return command.name() === 'distance' ? 'chain' : 'network'
  return operands[name]
}

/** What the place takes at which a file was named. */
function expectedAt(command: Command, file: string): Expected | undefined {
  const at = command.registeredArguments.find((argument, i) => {
    const value: unknown = command.processedArgs[i]
    return value === file || (argument.variadic && Array.isArray(value) && value.includes(file))
  })
  if (at) return command.getOptionValue('empirical') === true ? 'network' : operandOf(command, at.name())
  return Object.keys(options)
    .filter((name) => command.getOptionValue(name) === file)
    .map((name) => options[name])
    .at(0)
}

/**
 * The error about a file that is sound but of another kind than its place on the command line takes: what was expected, what
 * it is, and the next step. Any other error comes back as it is.
 */
export function withNextStep(error: unknown, command: Command | undefined): unknown {
  if (!(error instanceof FileError) || !command) return error
  const expected = expectedAt(command, error.file)
  const found = expected && fileKind(error.file)
  if (!found || found === expected) return error
  // What is wrong with a PyTorch file, and what saves it as a state dict, its reader knows best.
  if (expected === 'network' && found === 'torch') return error
  // Two matrices, or two chains: only their pair does not fit.
  if (['a', 'b'].includes(command.registeredArguments.at(0)?.name() ?? '') && ['chain', 'kernel'].includes(found))
    return error
  const next = remedy(expected, found, error.file, command.name() === 'ntk')
  if (next === undefined) return error
  return new FileError(error.file, `expected ${expectedText[expected]}, got ${fileKinds[found]}; ${next}`)
}
