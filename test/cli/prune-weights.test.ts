import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../src/data/safetensors.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()

/** One matrix [2, 4] of few distinct magnitudes, zero among them. */
const values = Float32Array.of(0, 1, -1, 0, 2, 0, 1, 0)

it('competes for all of a dense network’s weights, zeros included, and ties keep the lowest index', () => {
  const [weights, out] = [file('w.safetensors'), file('m.safetensors')]
  writeFileSync(weights, encodeSafetensors(new Map([['fc.weight', { shape: [2, 4], data: values }]])))
  const kept = (density: string) => {
    limnJson('prune', '--weights', weights, '--method', 'magnitude', '--density', density, '--out', out)
    return [...decodeSafetensors(readFileSync(out), out).tensors.get('layers.0.mask')!.data]
  }
  expect(kept('0.25')).toEqual([0, 1, 0, 0, 1, 0, 0, 0])
  expect(kept('0.75')).toEqual([1, 1, 1, 1, 1, 0, 1, 0])
  expect(kept('1')).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
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
  expect(stderr).toMatch(/at most 0\.75/)
})
