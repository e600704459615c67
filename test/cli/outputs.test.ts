import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkDashes } from '../../src/cli/dashes.js'
import { outputFormats, requireDestination, type OutputKind } from '../../src/cli/destination.js'
import { encodeNetwork } from '../../src/node/files/store-network.js'
import { addNtk } from '../../src/cli/ntk.js'
import { addStudy } from '../../src/cli/study.js'
import { addTrain } from '../../src/cli/train.js'
import { archiveFormat } from '../../src/data/archives.js'
import { readAnyTensors } from '../../src/data/open-tensors.js'
import { readNpyHeader } from '../../src/data/npy-header.js'
import { decodeNpy, encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import { networkFromTensors, networkToTensors } from '../../src/network/checkpoint.js'
import { createSpec } from '../../src/network/create.js'
import { initialize } from '../../src/network/initialize.js'
import { readBytes } from '../../src/node/files/files.js'
import { freshFolder, limn } from './limn.js'

const file = freshFolder()
beforeAll(() => mkdirSync(file('.'), { recursive: true }))

const spec = createSpec({ sizes: [4, 3, 2], activation: { name: 'erf' }, parameterization: 'standard', sigmaB2: 0.5 })
const archive = networkToTensors(initialize(spec, 7), { limn: 'some version', method: 'snip' })
const array = { shape: [2, 2], data: Float64Array.of(0, 1, 1, 0) }

describe('formats', () => {
  it.each(outputFormats.network)(
    'writes a network as %s that reads back identical, description included',
    (extension) => {
      const name = `net${extension}`
      const bytes = encodeNetwork(name, archive)
      expect(archiveFormat(bytes)).toBe(extension)
      const read = readAnyTensors(bytes, name)
      expect(new Map(read.tensors)).toEqual(new Map(archive.tensors))
      expect(read.metadata).toEqual(archive.metadata)
      expect(networkFromTensors(read.tensors, read.metadata, name).spec).toEqual(spec)
    },
  )

  it('reads a name without an extension by its contents, and refuses contents of another format than the name says', () => {
    for (const extension of outputFormats.network) {
      const bytes = encodeNetwork(`x${extension}`, archive)
      expect(readAnyTensors(bytes, 'out/v/x').metadata).toEqual(archive.metadata)
      for (const other of ['.npy', ...outputFormats.network].filter((name) => name !== extension)) {
        // A zip archive that PyTorch's reader is given is refused for what it lacks.
        if (extension === '.npz' && other === '.pt') continue
        expect(() => readAnyTensors(bytes, `x${other}`)).toThrow(
          /^x\.\w+: expected a .* as its name says, got .*; rename it to \./,
        )
      }
    }
  })

  it.each<[OutputKind, readonly string[], readonly string[]]>([
    ['network', ['m.safetensors', 'm.npz', 'M.NPZ', 'm.pt', 'm'], ['m.pth', 'm.npy', 'm.txt', 'v0.5', 'm.npz.gz']],
    ['chain', ['c.npz', 'c'], ['c.safetensors', 'c.npy', 'c.zip']],
    ['kernel', ['k.npy', 'k'], ['k.npz', 'k.txt', 'k.safetensors']],
  ])('knows the names of a %s, and refuses others before there is a file', (kind, names, others) => {
    const check = (name: string) => requireDestination({ command: 'x', kind, out: file(`none/${name}`), inputs: [] })
    for (const name of names) expect(() => check(name)).not.toThrow()
    for (const name of others) {
      expect(() => check(name)).toThrow(/^x: expected an --out that ends in \.[a-z]+( or \.[a-z]+)*, got/)
    }
  })
})

describe('what is there already', () => {
  const out = file('there.npz')
  const check = (options: { force?: boolean; inputs?: string[]; long?: boolean } = {}) =>
    requireDestination({ command: 'x', kind: 'network', out, inputs: [], ...options })
  const put = (contents: Uint8Array | string) => writeFileSync(out, contents)

  it.each<[string, Uint8Array | string]>([
    ['an empty file', ''],
    ['masks that limn made', encodeNetwork('m.npz', archive)],
    ['a chain', encodeNpz(new Map([['W0', array]]))],
    ['a text', 'old'],
  ])('is replaced when it is %s', (_, contents) => {
    put(contents)
    expect(() => check()).not.toThrow()
    if (contents.length === 0) expect(() => check({ long: true })).not.toThrow()
    else expect(() => check({ long: true })).toThrow(/; choose another --out, or --force to replace it$/)
  })

  it.each<[string, Uint8Array, RegExp]>([
    [
      'a trained network',
      encodeNetwork('m.npz', { ...archive, metadata: { ...archive.metadata, trained: '1 steps' } }),
      /holds a trained network; choose another --out, or --force/,
    ],
    ['another program’s arrays', encodeNpz(new Map([['x', array]])), /holds what limn has not written/],
  ])('is kept when it is %s, unless forced', (_, contents, message) => {
    put(contents)
    expect(() => check()).toThrow(message)
    expect(() => check({ force: true })).not.toThrow()
  })

  it('is kept when it is large, whatever it holds', () => {
    put('')
    truncateSync(out, 2 ** 26 - 1)
    expect(() => check()).not.toThrow()
    truncateSync(out, 2 ** 26)
    expect(() => check()).toThrow(/has 67\.1 MB that may have taken hours/)
  })

  it('is kept when the command reads it, under any name', () => {
    put(encodeNetwork('m.npz', archive))
    symlinkSync(out, file('link.npz'))
    for (const inputs of [[out], ['mnist', file('link.npz')], [file('./there.npz')]]) {
      expect(() => check({ inputs })).toThrow(/there\.npz: is an input of this command/)
      expect(() => check({ inputs, force: true })).not.toThrow()
    }
    writeFileSync(file('weights.safetensors'), encodeSafetensors(archive.tensors))
    expect(() => check({ inputs: [file('weights.safetensors'), '-', file('nowhere')] })).not.toThrow()
  })

  it('is never asked for by devices', () => {
    expect(() => requireDestination({ command: 'x', kind: 'chain', out: '/dev/null', inputs: [] })).not.toThrow()
  })
})

describe('-', () => {
  const parse = async (...args: readonly string[]): Promise<void> => {
    const program = new Command().hook('preAction', (_, command) => {
      checkDashes(command)
      throw new Error('checked')
    })
    for (const add of [addNtk, addStudy, addTrain]) add(program)
    await program.parseAsync(args, { from: 'user' })
  }

  it.each([
    [['ntk', '-', '--data', 'x.npy', '--out', '-'], 'checked'],
    [['ntk', 'c.npz', '--data', '-', '--out', 'k.npy'], 'checked'],
    [
      ['ntk', '-', '--data', '-', '--out', 'k.npy'],
      'ntk: expected one file on standard input, got - as files and as --data',
    ],
    [
      ['ntk', '-', '-', '--data', 'mnist', '--out', 'k'],
      'ntk: expected one file on standard input, got - as files and as files',
    ],
    [['train', '-', '--data', '-'], 'train: expected one file on standard input'],
    [['study', 'run', '-', '--out', 'x'], 'checked'],
    [['study', 'run', 'a.yaml', '--out', '-'], 'study run: expected a folder as --out, got -'],
    [['study', 'report', '-'], 'study report: expected a folder as dir, got -'],
    [['study', 'export', 'x', '--out', '-'], 'study export: expected a folder as --out, got -'],
  ])('stands for one file to read and one to write: %j', async (args, message) => {
    await expect(parse(...args)).rejects.toThrow(message)
  })

  it('carries every format from command to command, with the bytes that files have', () => {
    writeFileSync(
      file('x.npy'),
      encodeNpy({ shape: [3, 4], data: Float64Array.from({ length: 12 }, (_, k) => Math.sin(k)) }),
    )
    const prune = 'prune --sizes 4,6,2 --method random --density 0.5 --out'
    const script = `set -e
      $L ${prune} m.safetensors >lines; $L graphon m.safetensors --bins 2 --out c.npz >>lines; $L ntk c.npz --data x.npy --out k.npy >>lines
      $L ${prune} - 2>lines2 | $L graphon - --bins 2 --out - 2>>lines2 >c2.npz; $L ntk c.npz --data - --out - <x.npy 2>>lines2 | cat >k2.npy`
    const L = `${process.execPath} ${resolve('dist/cli/main.js')}`
    const { status, stderr } = spawnSync('sh', ['-c', script], {
      cwd: file('.'),
      encoding: 'utf8',
      env: { ...process.env, L },
    })
    expect([status, stderr.replaceAll(/^(warning|.*: read as).*\n/gm, '')]).toEqual([0, ''])
    expect(readFileSync(file('c2.npz')).equals(readFileSync(file('c.npz')))).toBe(true)
    // Of a kernel, all but the name of its samples' file.
    const kernel = (name: string) => {
      const bytes = readFileSync(file(name))
      return {
        values: decodeNpy(bytes, name).data,
        says: readNpyHeader(bytes, name).comment?.replace(/"source": ?"[^"]*"/, ''),
      }
    }
    expect(kernel('k2.npy')).toEqual(kernel('k.npy'))
    expect(kernel('k.npy').says).toContain('"kernel"')
    const lines = readFileSync(file('lines'), 'utf8').replaceAll(/→ \S+|in \S+ s/g, '')
    const lines2 = readFileSync(file('lines2'), 'utf8').replaceAll(/→ \S+|in \S+ s|^(warning|.*: read as).*\n/gm, '')
    expect(lines2).toBe(lines)
  })

  it('takes no document and no file at once, no device, and no pipe that has a name and perhaps no writer', () => {
    expect(limn('ntk', 'c.npz', '--data', 'x.npy', '--out', '-', '--json')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'limn: ntk: expected --json or --out -, got both for standard output (see limn ntk --help)\n',
    })
    const { stderr } = spawnSync(
      'sh',
      ['-c', `"$0" ${resolve('dist/cli/main.js')} spectrum - </dev/zero`, process.execPath],
      { encoding: 'utf8' },
    )
    expect(stderr).toBe('limn: -: expected a file piped into standard input, got a device\n')
    execFileSync('mkfifo', [file('pipe.npz')])
    expect(() => readBytes(file('pipe.npz'))).toThrow(
      `pipe.npz: expected a file, got a pipe; give it as standard input: - < ${file('pipe.npz')}`,
    )
  })
})
