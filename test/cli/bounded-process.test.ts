import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { requirePng } from '../../src/node/figures/png.js'
import { freshFolder, limn, type Outcome } from './limn.js'

const main = resolve('dist/cli/main.js')
const file = freshFolder()
const allowed = (name: string): string => file(`allowed/${name}`)
const prune = ['prune', '--sizes', '12,20,3', '--method', 'magnitude', '--density', '0.5', '--out']

/** Runs the command line with a Node that may do only what it is allowed to. */
function limnAllowed(allow: readonly string[], ...args: readonly string[]): Outcome {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
  const flags = ['--no-warnings', flag, '--allow-fs-read=*', ...allow]
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, main, ...args], { encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

beforeAll(() => mkdirSync(file('allowed'), { recursive: true }))

describe('a process with few permissions', () => {
  const write = [`--allow-fs-write=${file('allowed/*')}`]
  const alone =
    'limn: one thread computes, as this process may start no others (node --permission without --allow-worker)\n'

  it('writes what the same command writes with all of them, and says that one thread computes', () => {
    const out = allowed('masks.safetensors')
    expect(limnAllowed(write, ...prune, out)).toMatchObject({ code: 0, stderr: alone })
    expect(limn(...prune, file('free.safetensors')).code).toBe(0)
    expect(readFileSync(out).equals(readFileSync(file('free.safetensors')))).toBe(true)
  })

  it('is told which permission it lacks, before anything is computed', () => {
    const out = file('elsewhere.safetensors')
    const { code, stderr } = limnAllowed(write, ...prune, out)
    expect(code).toBe(1)
    expect(stderr).toBe(
      `limn: ${out}: this process may not write it (node --permission); start node with --allow-fs-write=${file('*')}\n`,
    )
  })

  it('does without native code, which only pixels need', () => {
    const masks = file('free.safetensors')
    const graphon = ['graphon', masks, '--bins', '2', '--out', allowed('chain.npz'), '--figure']
    const pixels = limnAllowed(write, ...graphon, allowed('chain.png'))
    expect(pixels.code).toBe(1)
    expect(pixels.stderr).toMatch(
      /^limn: png: expected the native renderer .*; write \.svg instead, or allow them \(--allow-addons\)\n$/,
    )
    expect(existsSync(allowed('chain.npz'))).toBe(false)
    expect(limnAllowed(write, ...graphon, allowed('chain.svg')).code).toBe(0)
    expect(readFileSync(allowed('chain.svg'), 'utf8')).toMatch(/^<svg/)
  })

  it('cannot run a study without threads, and leaves no folder', () => {
    const { code, stderr } = limnAllowed(write, 'study', 'run', 'examples/smallest.yaml', '--out', allowed('study'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/^limn: study: .* --allow-worker\n$/)
    expect(existsSync(allowed('study'))).toBe(false)
  })
})

describe('a missing renderer', () => {
  it('is named with the way around it', () => {
    expect(() => requirePng(`file://${file('nowhere.js')}`)).toThrow(
      /not installed; write \.svg instead, or run npm install/,
    )
  })
})

describe.runIf(process.platform === 'linux')('a process with few addresses', () => {
  const limited = (node: string, out: string): Outcome => {
    const script = `ulimit -v 8000000; exec "$0" ${node} "$@"`
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, main, ...prune, out], {
      encoding: 'utf8',
    })
    return { code: status, stdout, stderr }
  }

  it('is told the cause and the flag that helps', () => {
    const { code, stderr } = limited('', file('limited.safetensors'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/^limn: kernel memory: .*ulimit -v.* --disable-wasm-trap-handler.*\n$/)
    expect(limited('--disable-wasm-trap-handler', file('limited.safetensors'))).toMatchObject({ code: 0, stderr: '' })
  })
})
