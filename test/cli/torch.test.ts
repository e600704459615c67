import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { torchBytes, torchFixture } from '../data/torch/fixtures.js'
import { writeSamples } from './data.js'
import { freshFolder, limn } from './limn.js'

const file = freshFolder()
const data = file('data.npz')
const results = file('results')

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(data, 12, 5, 3)
})

/** What a command leaves of a network in one of its files: what it prints and writes, without the file's name and times. */
function left(name: string, ...words: readonly string[]): unknown {
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results)
  const path = file(`network.${name.split('.')[1]}`)
  copyFileSync(torchFixture(name), path)
  const { code, stdout, stderr } = limn(...words.map((word) => (word === 'FILE' ? path : word)))
  expect([code, stderr], words.join(' ')).toEqual([0, expect.any(String)])
  const timeless = (text: string): string =>
    text.replaceAll(path, 'FILE').replaceAll(/"seconds":[^,}]*|in [\d.e-]+ s\b/g, '')
  const files = readdirSync(results).map((out) => readFileSync(join(results, out)).toString('base64'))
  return [timeless(stdout), timeless(stderr), files]
}

const out = (name: string): string => join(results, name)

/** Every command that takes a network. */
const commands: Readonly<Record<string, readonly string[]>> = {
  graphon: ['graphon', 'FILE', '--bins', '2', '--out', out('c.npz'), '--json'],
  motifs: ['motifs', 'FILE', '--json'],
  prune: ['prune', '--weights', 'FILE', '--method', 'magnitude', '--density', '0.2', '--out', out('m.npz'), '--json'],
  train: ['train', 'FILE', '--data', data, '--steps', '2', '--lr', '0.1', '--json'],
  ntk: ['ntk', '--empirical', 'FILE', '--data', data, '--samples', '6', '--out', out('k.npy'), '--json'],
  limit: ['limit', 'FILE', '--method', 'magnitude', '--json'],
}

describe('a network of PyTorch', () => {
  it.each(Object.keys(commands))('is for limn %s what it is as safetensors or npz', (command) => {
    for (const kind of ['prune', 'zeros']) {
      const expected = left(`${kind}.safetensors`, ...commands[command])
      for (const format of ['pt', 'npz']) expect(left(`${kind}.${format}`, ...commands[command])).toEqual(expected)
    }
  })

  it('comes from standard input as from a file', () => {
    const main = resolve('dist/cli/main.js')
    const input = torchBytes('checkpoint.pt')
    const { status, stderr } = spawnSync(process.execPath, [main, 'motifs', '-', '--json'], { input, encoding: 'utf8' })
    expect(status).toBe(0)
    expect(stderr).toContain('read as 5-4-4-3: fc1, fc2, fc3; left out: optimizer (18 tensors), best (1 tensor)')
  })

  it('may be one mask, which distance compares with another', () => {
    const { code, stdout } = limn('distance', torchFixture('lone-mask.pt'), torchFixture('sparse-csr.npz'), '--json')
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ value: 0, exact: true })])
  })

  it.each(['whole-model.pt', 'command.pt', 'legacy.pt', 'torchscript.pt'])(
    '%s is refused in one line, and nothing is written',
    (name) => {
      const path = file('c.npz')
      const { code, stdout, stderr } = limn('graphon', torchFixture(name), '--out', path)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(/^limn: [^\n]*\.pt: [^\n]* with Python: import torch; [^\n]*\n$/)
      expect(existsSync(path)).toBe(false)
    },
  )
})
