import { mkdirSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { zipSync } from 'fflate'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { fileKind } from '../../src/node/files/file-kind.js'
import { withNextStep } from '../../src/cli/next-step.js'
import { kernelComment } from '../../src/ntk/kernel-meta.js'
import { buildProgram } from './program.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import type { TensorData } from '../../src/data/tensor.js'
import { torchBytes } from '../data/torch/fixtures.js'
import { freshFolder } from './limn.js'

// Threads need the compiled program.
vi.mock('../../src/cli/threads.js', () => ({ useAllCores: () => undefined }))

const file = freshFolder()
const tensor = (shape: readonly number[], data: TensorData) => ({ shape, data })
const weight = tensor([2, 2], Float32Array.of(1, -2, 3, 4))
const halves = tensor([2, 2], Float64Array.of(0.5, 0.5, 0.5, 0.5))

/** Files of every kind, named by it. */
const contents: Readonly<Record<string, Uint8Array>> = {
  'network.safetensors': encodeSafetensors(new Map([['fc.weight', weight]])),
  'network.npz': encodeNpz(new Map([['layers.0.weight', weight]])),
  'chain.npz': encodeNpz(
    new Map([
      ['W0', halves],
      ['W1', halves],
      ['measure1', tensor([2], Float64Array.of(0.5, 0.5))],
    ]),
  ),
  'kernel.npy': encodeNpy(tensor([2, 2], Float64Array.of(2, 1, 1, 2))),
  'kernel.of-limn.npy': encodeNpy(
    tensor([2, 2], Float64Array.of(1, 0, 0, 1)),
    kernelComment({
      kind: 'graphon',
      outputs: 1,
      classes: 'all',
      data: { source: 'x.npy', samples: 2, standardized: 'no', fingerprint: '0' },
    }),
  ),
  'samples.npz': encodeNpz(new Map([['x', weight]])),
  'array.npy': encodeNpy(tensor([2, 2], Float64Array.of(1, 0, 1, 0))),
  'network.pth': torchBytes('plain.pth'),
  'state.pt': torchBytes('checkpoint.pt'),
  'torch.pt': zipSync({ 'net/data.pkl': new Uint8Array(1) }),
  'torch.bin': Uint8Array.of(0x80, 2, 0x2e),
  'hdf5.h5': Uint8Array.from('\x89HDF\r\n', (letter) => letter.charCodeAt(0)),
  'onnx.onnx': Uint8Array.of(8, 7),
  'text.csv': Uint8Array.of(0x31, 0x2c, 0x32),
}

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  for (const [name, bytes] of Object.entries(contents)) writeFileSync(file(name), bytes)
})

/** The message with which a command refuses. */
async function refusal(line: string): Promise<string> {
  let running: Command | undefined
  const program = buildProgram().hook('preAction', (_, command) => {
    running = command
  })
  const words = line.split(' ').map((word) => (Object.hasOwn(contents, word) ? file(word) : word))
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    return (withNextStep(error, running) as Error).message
  }
  throw new Error(`expected a refusal of ${line}`)
}

it('takes no safetensors file for a pickle, whatever the length of its header', () => {
  const wide = file('wide.safetensors')
  for (let length = 1; length < 700; length++) {
    const bytes = encodeSafetensors(new Map([[`${'x'.repeat(length)}.weight`, weight]]))
    if (bytes[0] === 0x80 && bytes[1] === 2) writeFileSync(wide, bytes)
  }
  expect(fileKind(wide)).toBe('network')
})

// The values of one of these could be a mask's; another is named by where it keeps its network.
it.each(Object.keys(contents).filter((name) => !['kernel.of-limn.npy', 'state.pt'].includes(name)))(
  'knows %s by its contents',
  (name) => {
    expect(fileKind(file(name))).toBe(name.split('.')[0])
  },
)

describe('a file of another kind than its place takes is named with the next step', () => {
  it.each([
    [
      'ntk network.safetensors --data array.npy --out k.npy',
      'a graphon chain, got a network; use --empirical for the kernel of the network itself, or limn graphon',
    ],
    ['ntk --empirical chain.npz --data array.npy --out k.npy', 'a network, got a graphon chain; leave --empirical out'],
    ['graphon chain.npz --out c.npz', 'a network, got a graphon chain; limn sample'],
    ['train chain.npz --data array.npy', 'a network, got a graphon chain; limn sample'],
    ['train samples.npz --data array.npy', 'a network, got samples; samples go in as --data'],
    ['spectrum chain.npz', 'a kernel, got a graphon chain; limn ntk'],
    ['spectrum network.npz', 'a kernel, got a network; limn ntk --empirical'],
    ['predict network.npz --targets array.npy', 'a kernel, got a network; limn ntk --empirical'],
    ['sample network.npz --sizes 2,2,2 --out m.npz', 'a graphon chain, got a network; limn graphon'],
    ['distance network.npz chain.npz', 'a graphon chain, got a network; limn graphon'],
    [
      'graphon torch.pt --out c.npz',
      'it stored as torch.save does, got it packed; save it anew with Python: import torch; torch.save(torch.load(',
    ],
    [
      'prune --weights torch.bin --method random --density 0.5 --out m.npz',
      'a file of torch.save, got another pickle; if you trust it, since this runs its code, save its state dict with Python: import torch; ',
    ],
    [
      'spectrum torch.pt',
      'a kernel, got a PyTorch file that is no state dict; if you trust it, since this runs its code, save its state dict with Python: import torch; ',
    ],
    ['spectrum state.pt', 'a kernel, got a network; limn ntk --empirical'],
    ['ntk state.pt --data array.npy --out k.npy', 'a graphon chain, got a network; use --empirical'],
    [
      'graphon kernel.of-limn.npy --out c.npz',
      'a network, got a kernel; kernels are read by limn spectrum and limn predict',
    ],
    ['motifs kernel.of-limn.npy', 'a network, got a kernel; kernels are read by limn spectrum and limn predict'],
    [
      'limit kernel.of-limn.npy --method random',
      'a network, got a kernel; kernels are read by limn spectrum and limn predict',
    ],
    [
      'train kernel.of-limn.npy --data array.npy',
      'a network, got a kernel; kernels are read by limn spectrum and limn predict',
    ],
    ['motifs hdf5.h5', 'a network, got an HDF5 file; save it with Python: numpy.savez('],
    ['limit onnx.onnx', 'a network, got an ONNX file; save it with Python: numpy.savez('],
    [
      'train network.npz --data text.csv',
      'samples as .npz with x and y, .npy, or a folder, got a text; save them with Python: numpy.save("x.npy", numpy.loadtxt(',
    ],
    [
      'train network.npz --data torch.pt',
      'samples as .npz with x and y, .npy, or a folder, got a PyTorch file that is no state dict; save them with Python',
    ],
  ])('%s', async (line, message) => {
    expect(await refusal(line)).toContain(`: expected ${message}`)
  })

  it.each([
    ['spectrum array.npy', /array\.npy: .*symmetric/],
    ['spectrum nowhere.pt', /nowhere\.pt: no such file/],
    ['sample chain.npz --sizes 2,2 --out m.npz', /chain\.npz: expected --sizes 2,n_1,2/],
  ])('what is wrong otherwise stays as it is: %s', async (line, message) => {
    expect(await refusal(line)).toMatch(message)
  })
})
