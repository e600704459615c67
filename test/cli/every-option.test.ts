import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildProgram } from './program.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import type { Tensor } from '../../src/data/tensor.js'
import { randomStream } from '../../src/random/random.js'
import { writeSamples } from './data.js'
import { freshFolder } from './limn.js'

const printed = vi.hoisted(() => ({ text: '' }))

// Threads need the compiled program.
vi.mock('../../src/cli/threads.js', () => ({ useAllCores: () => undefined }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const writeSync = (fd: number, bytes: Uint8Array, ...rest: number[]): number => {
    if (fd !== 1) return fs.writeSync(fd, bytes, ...rest)
    printed.text += new TextDecoder().decode(bytes.subarray(rest[0] ?? 0))
    return bytes.length - (rest[0] ?? 0)
  }
  return { ...fs, writeSync }
})

const file = freshFolder()
const results = file('results')
const out = (name: string): string => join(results, name)

/** Everything that a command leaves: what it prints, says and writes, without times; or why it refused. */
async function outcome(words: readonly string[]): Promise<{ readonly left: string } | { readonly refused: string }> {
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results)
  printed.text = ''
  let said = ''
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
  try {
    await buildProgram().parseAsync([...words], { from: 'user' })
  } catch (error) {
    return { refused: (error as Error).message }
  } finally {
    stderr.mockRestore()
  }
  const files = readdirSync(results, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(out(name)).isFile())
    .sort()
    .map((name) => `${name} ${readFileSync(out(name)).toString('base64')}`)
  const timeless = (text: string): string => text.replaceAll(/"seconds":[^,}]*|in [\d.e-]+ s\b/g, '')
  return { left: [timeless(printed.text), timeless(said), ...files].join('\n') }
}

/** PyTorch's names, no metadata: a network in the standard parameterisation. */
function writeTorch(
  name: string,
  sizes: readonly number[],
  options: { biases?: boolean; masks?: boolean; seed?: number; dense?: boolean } = {},
): void {
  const random = randomStream(options.seed ?? 3, 'every option')
  const tensors = new Map<string, Tensor>()
  sizes.slice(1).forEach((rows, l) => {
    const cols = sizes[l]
    const weight = Float32Array.from({ length: rows * cols }, () =>
      !options.dense && random.uniform() < 0.2 ? 0 : random.normal() / Math.sqrt(cols),
    )
    const mask = Uint8Array.from(weight, () => (random.uniform() < 0.7 ? 1 : 0))
    if (options.masks) tensors.set(`layers.${l}.mask`, { shape: [rows, cols], data: mask })
    else tensors.set(`fc${l + 1}.weight`, { shape: [rows, cols], data: weight })
    if (options.biases) {
      tensors.set(`fc${l + 1}.bias`, {
        shape: [rows],
        data: Float32Array.from({ length: rows }, () => random.normal()),
      })
    }
  })
  writeFileSync(file(name), encodeNpz(tensors))
}

const sizes = '6,14,11,3'
const data = file('data.npz')
const common = {
  m: file('m.safetensors'),
  other: file('other.safetensors'),
  c: file('c.npz'),
  bare: file('bare-c.npz'),
}
const torch = file('torch.npz')
const biased = file('biased.npz')
const masks = file('masks.npz')
const kernel = file('k.npy')
const [a, b] = [file('a.npy'), file('b.npy')]

beforeAll(async () => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(data, 12, 6, 3)
  writeSamples(file('data-2.npz'), 12, 6, 3, 5)
  const shape = [6, 14, 11, 3]
  writeTorch('torch.npz', shape)
  writeTorch('torch-2.npz', shape.with(1, 12))
  writeTorch('torch-3.npz', shape, { seed: 8, dense: true })
  writeTorch('biased.npz', shape, { biases: true })
  writeTorch('masks.npz', shape, { masks: true })
  const random = randomStream(4, 'matrices')
  // Too large for an exact cut norm, so that a gap decides.
  for (const path of [a, b]) {
    const values = Float64Array.from({ length: 64 * 64 }, () => random.uniform())
    writeFileSync(path, encodeNpy({ shape: [64, 64], data: values }))
  }
  const targets = Float64Array.from({ length: 36 }, (_, k) => (k % 4 === 1 ? 1 : 0.25 * (k % 3)))
  writeFileSync(file('y.npy'), encodeNpy({ shape: [12, 3], data: targets }))
  writeFileSync(file('y-2.npy'), encodeNpy({ shape: [12, 3], data: targets.map((value) => 2 * value) }))
  // The commands make each other's inputs.
  const steps = [
    ['prune', '--sizes', sizes, '--method', 'magnitude', '--density', '.5', '--seed', '1', '--out', common.m],
    ['prune', '--sizes', sizes, '--method', 'random', '--density', '.4', '--seed', '2', '--out', common.other],
    ...(['random', 'snip', 'synflow'] as const).map((method) => [
      ...['prune', '--sizes', sizes, '--method', method, '--density', '.5', '--out', file(`${method}.safetensors`)],
      ...(method === 'snip' ? ['--data', data] : []),
    ]),
    ['graphon', common.m, '--bins', '5', '--out', common.c],
    ['graphon', masks, '--bins', '4', '--out', common.bare],
    ['ntk', common.c, '--data', data, '--out', kernel],
  ]
  for (const step of steps) expect(await outcome(step), step.join(' ')).toHaveProperty('left')
})

afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

/** Ways to use every command that differ in what its options can do. */
const scenarios: Readonly<Record<string, readonly (() => string[])[]>> = {
  prune: [
    ...['random', 'magnitude', 'synflow'].map((method) => () => [
      '--sizes',
      sizes,
      '--method',
      method,
      '--density',
      '.4',
      '--out',
      out('m.safetensors'),
    ]),
    ...['snip', 'grasp'].map((method) => () => [
      ...['--sizes', sizes, '--method', method, '--density', '.4', '--data', data, '--out', out('m.safetensors')],
    ]),
    ...[torch, biased, common.m].flatMap((weights) =>
      ['random', 'magnitude'].map((method) => () => [
        ...['--weights', weights, '--method', method, '--density', '.3', '--out', out('m.safetensors')],
      ]),
    ),
    () => [...'--method snip --density .3 --data'.split(' '), data, '--weights', torch, '--out', out('m.safetensors')],
  ],
  graphon: [
    ...[common.m, torch, biased, masks].map((path) => () => [path, '--bins', '4', '--out', out('c.npz')]),
    () => [common.m, '--align', 'layer', '--bins', '4', '--out', out('c.npz')],
    () => [common.m, '--risk', '--bins', '4', '--out', out('c.npz')],
    () => [common.m, '--estimator', 'degree-product', '--bins', '4', '--out', out('c.npz')],
  ],
  limit: [
    () => ['--sizes', sizes, '--method', 'random', '--density', '.3', '--json'],
    () => ['--sizes', sizes, '--method', 'magnitude', '--density', '.3'],
    () => ['--sizes', sizes, '--method', 'magnitude', '--density', '.3', '--scope', 'layer'],
    () => ['--sizes', sizes, '--method', 'magnitude', '--density', '.3', '--sigma-w2', '1,3,1'],
    () => [file('random.safetensors'), '--bins', '4'],
    () => [common.m, '--bins', '4'],
    () => [file('snip.safetensors'), '--bins', '4', '--data', data],
    () => [file('synflow.safetensors'), '--bins', '4'],
    () => [
      ...[torch, '--weights', file('torch-3.npz')],
      ...'--bins 4 --method synflow --density .5 --zeros kept'.split(' '),
    ],
  ],
  convert: [() => [torch, '--out', out('t.pt')], () => [torch, '--form', 'pruned', '--out', out('t.pt')]],
  sample: [common.c, common.bare].map((path) => () => [path, '--sizes', '6,9,8,3', '--out', out('m.safetensors')]),
  distance: [
    () => [a, b],
    () => [a, b, '--norm', 'l1'],
    () => [a, b, '--norm', 'l2'],
    () => [common.c, common.c, '--norm', 'l1'],
  ],
  motifs: [() => [common.m], () => [common.m, common.other], () => [common.c, common.c], () => [masks, common.bare]],
  ntk: [
    () => [common.c, '--data', data, '--out', out('k.npy')],
    () => [common.bare, '--data', data, '--out', out('k.npy')],
    ...[common.m, torch, biased].map((path) => () => ['--empirical', path, '--data', data, '--out', out('k.npy')]),
  ],
  spectrum: [() => [kernel]],
  train: [
    ...[common.m, torch, biased].map((path) => () => [path, '--data', data, '--steps', '3', '--lr', '.1']),
    () => [torch, '--data', data, '--steps', '3', '--optimizer', 'adam'],
    () => [torch, '--data', data, '--steps', '3', '--batch-size', '4'],
  ],
  predict: [
    () => [kernel, '--targets', file('y.npy'), '--steps', '3', '--lr', '.01', '--json'],
    () => [kernel, '--data', data, '--steps', '3', '--lr', '.01', '--json'],
  ],
}

/** Commands that take nothing but a place and the form of what they print. */
const plain = [
  'study plan',
  'study run',
  'study exec',
  'study status',
  'study report',
  'study export',
  'study query',
  'study fetch',
  'study compare',
  'study watch',
  'worker',
  'inspect',
  'doctor',
]

/** Options of how or where something is done, which must not change what comes out. */
const how = [
  '--memory',
  '--fresh',
  '--workers',
  '--out',
  '--force',
  '--dry-run',
  '--index',
  '--of',
  '--queue',
  '--store',
  '--every',
  '--once',
  '--serve',
  '--allow-modules',
  '--format',
  '--on-error',
  '--retry',
]

/**
 * What may change nothing: a seed promises the same bits, which holds where nothing is drawn; the data of a loop over methods
 * only have to fit where a method needs none.
 */
const harmless = (path: string, long: string): boolean => long === '--seed' || (path === 'prune' && long === '--data')

/** A value of every other option that is not the default's and not the scenarios'. */
const values: Readonly<Record<string, (line: readonly string[]) => readonly string[]>> = {
  '--json': () => [],
  '--layers': () => ['fc1,fc2'],
  '--form': () => ['applied'],
  '--names': () => ['a,b,c'],
  '--zeros': () => ['kept'],
  '--sizes': () => ['6,13,11,3'],
  '--method': (line) => [line[1] === file('synflow.safetensors') ? 'magnitude' : 'synflow'],
  '--density': () => ['.2'],
  '--scope': () => ['layer'],
  '--data': () => [file('data-2.npz')],
  '--samples': () => ['9'],
  '--standardize': () => [],
  '--temperature': () => ['7'],
  '--activation': () => ['erf'],
  '--sigma-w2': () => ['1.5,2.5,3.5'],
  '--sigma-b2': () => ['0.7'],
  '--parameterization': () => ['standard'],
  '--seed': () => ['77'],
  '--bins': () => ['3'],
  '--align': () => ['layer'],
  '--axes': () => ['exact,hidden'],
  '--estimator': () => ['sort-smooth'],
  '--risk': () => [],
  '--figure': () => [out('f.svg')],
  '--widths': () => ['50,60'],
  '--fixed-density': () => [],
  '--norm': () => ['l2'],
  '--gap': () => ['.01'],
  '--relabel': () => ['--search-seconds', '0'],
  '--search-seconds': () => ['0'],
  '--paths': () => ['3'],
  '--empirical': () => [],
  '--convention': () => ['variance'],
  '--rescale': () => ['layer'],
  'ntk --weights': () => ['redrawn'],
  'sample --weights': () => ['redrawn'],
  'prune --weights': () => [file('torch-2.npz')],
  'limit --weights': () => [file('torch-3.npz')],
  '--classes': () => ['1'],
  '--top': () => ['2'],
  '--metric': () => [resolve('examples/my-metric.js')],
  '--steps': () => ['5'],
  '--optimizer': () => ['adam'],
  '--lr': () => ['.02'],
  '--momentum': () => ['.5'],
  '--loss': () => ['cross-entropy'],
  '--batch-size': () => ['5'],
  '--centered': () => [],
  '--targets': () => [file('y-2.npy')],
  '--flow': () => [],
}

/** Commands with their paths: `study run`. */
function commandsOf(command: Command, path = ''): (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[path, command]]
  return command.commands.flatMap((sub) => commandsOf(sub, `${path} ${sub.name()}`.trim()))
}

const commands = commandsOf(buildProgram())

describe('every option of every command', () => {
  it('is walked, or only says how and where', () => {
    expect(Object.keys(scenarios).concat(plain).sort()).toEqual(commands.map(([path]) => path).sort())
    const forgotten = commands.flatMap(([path, command]) =>
      command.options
        .map(({ long }) => long ?? '')
        .filter((long) => !(long in values) && !(`${path} ${long}` in values) && !how.includes(long)),
    )
    expect(forgotten).toEqual([])
  })

  const walks = commands.flatMap(([path, command]) =>
    (scenarios[path] ?? []).map((words, k) => ({ path, command, words, title: `${path}, way ${k + 1}` })),
  )
  it.each(walks)('has an effect or is refused by name: $title', async ({ path, command, words }) => {
    const line = [path, ...words()]
    const before = await outcome(line)
    expect(before, line.join(' ')).toEqual({ left: expect.any(String) as string })
    const idle: string[] = []
    for (const { long, negate } of command.options) {
      if (long === undefined || negate || how.includes(long) || harmless(path, long)) continue
      const value = (values[`${path} ${long}`] ?? values[long])(line)
      if (line.some((word, k) => word === long && value.every((part, j) => line[k + 1 + j] === part))) continue
      const after = await outcome([...line, long, ...value])
      // What runs without the option is refused for its sake.
      if ('left' in after && 'left' in before && after.left === before.left) idle.push([long, ...value].join(' '))
    }
    expect(idle, line.join(' ')).toEqual([])
  })
})
