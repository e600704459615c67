import { readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../src/data/safetensors.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()

/** One matrix [2, 4] of few distinct magnitudes, zero among them. */
const values = Float32Array.of(0, 1, -1, 0, 2, 0, 1, 0)

/** Which of the weights are kept, and what was said on the way. */
function kept(weights: string, ...args: readonly string[]) {
  const out = file('m.safetensors')
  const { code, stderr } = limn('prune', '--weights', weights, '--method', 'magnitude', '--out', out, '--json', ...args)
  expect(code).toBe(0)
  return { mask: [...decodeSafetensors(readFileSync(out), out).tensors.get('layers.0.mask')!.data], stderr }
}

describe('exact zeros of a file without masks', () => {
  const weights = file('w.safetensors')
  beforeAll(() => writeFileSync(weights, encodeSafetensors(new Map([['fc.weight', { shape: [2, 4], data: values }]]))))

  it('are pruned weights: none is kept, and density still counts all entries', () => {
    const { mask, stderr } = kept(weights, '--density', '0.5')
    expect(mask).toEqual([0, 1, 1, 0, 1, 0, 1, 0])
    expect(stderr).toMatch(/50 % of the weights without a mask, 4 of 8, are exact zeros: taken as pruned/)
    expect(kept(weights, '--density', '0.25').mask).toEqual([0, 1, 0, 0, 1, 0, 0, 0])
  })

  it('bound the density, which is refused in one line beyond it', () => {
    const { code, stderr } = limn(
      'prune',
      '--weights',
      weights,
      '--method',
      'magnitude',
      '--density',
      '0.6',
      '--out',
      file('n'),
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/^limn: .*at most the 4 of 8 weights .*--zeros kept\n$/)
  })

  it('compete like any weight with --zeros kept, ties by the lowest index', () => {
    const { mask, stderr } = kept(weights, '--density', '0.75', '--zeros', 'kept')
    expect(mask).toEqual([1, 1, 1, 1, 1, 0, 1, 0])
    expect(stderr).toMatch(/4 of 8, are exact zeros: taken as weights/)
  })
})

it('never keeps what a mask in the file has pruned', () => {
  const [weights, out] = [file('masked.safetensors'), file('masked-out.safetensors')]
  const tensors = new Map([
    ['fc.weight_orig', { shape: [2, 4], data: values }],
    ['fc.weight_mask', { shape: [2, 4], data: Float32Array.of(1, 1, 0, 1, 1, 0, 1, 1) }],
  ])
  writeFileSync(weights, encodeSafetensors(tensors))
  limnJson('prune', '--weights', weights, '--method', 'magnitude', '--density', '0.5', '--out', out)
  expect([...decodeSafetensors(readFileSync(out), out).tensors.get('layers.0.mask')!.data]).toEqual([
    1, 1, 0, 0, 1, 0, 1, 0,
  ])
  const { code, stderr } = limn('prune', '--weights', weights, '--method', 'magnitude', '--density', '1', '--out', out)
  expect(code).not.toBe(0)
  expect(stderr).toMatch(/at most the 6 of 8 weights .*\(density 0\.75\)/)
})
