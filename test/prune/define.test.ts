import { describe, expect, it } from 'vitest'
import { createMask } from '../../src/network/mask.js'
import { criteria, criterionNames } from '../../src/prune/criteria.js'
import { criterionProblem, type Criterion } from '../../src/prune/criterion.js'
import { definePruning, type PruningInput } from '../../src/prune/define.js'
import { applyMasks, prune, type PruneOptions } from '../../src/prune/prune.js'
import { batchFor, entries, network, standardTwin } from './networks.js'

const net = network([7, 12, 9, 3], 1)
const batch = batchFor(net, 20, 2)
const base = { density: 0.3, scope: 'global', seed: 4, batch } as const satisfies Partial<PruneOptions>

const magnitude = definePruning({
  name: 'my-magnitude',
  score: ({ weights }) => weights.map(({ data }) => data.map(Math.abs)),
})
const snip = definePruning({
  name: 'my-snip',
  needsData: true,
  score: ({ weights, gradient }) => {
    const derivative = gradient()
    return weights.map(({ data }, l) => data.map((w, k) => Math.abs(w * derivative[l].data[k])))
  },
})

/** |w ∂R/∂w| with |w| for w and an all-ones input. */
function flow({ weights }: PruningInput): Float64Array[] {
  let signal = new Float64Array(weights[0].cols).fill(1)
  const signals = weights.map(({ rows, cols, data }) => {
    const before = signal
    signal = new Float64Array(rows).map((_, i) => {
      let sum = 0
      for (let j = 0; j < cols; j++) sum += Math.abs(data[i * cols + j]) * before[j]
      return sum
    })
    return before
  })
  let back = new Float64Array(weights[weights.length - 1].rows).fill(1)
  const scores: Float64Array[] = []
  for (let l = weights.length - 1; l >= 0; l--) {
    const { rows, cols, data } = weights[l]
    const [delta, input] = [back, signals[l]]
    scores[l] = data.map((w, k) => Math.abs(w) * (delta[Math.floor(k / cols)] * input[k % cols]))
    back = new Float64Array(cols)
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) back[j] += Math.abs(data[i * cols + j]) * delta[i]
  }
  return scores
}

const bits = (of: ReturnType<typeof prune>): number[][] => of.masks.map(entries)

describe('a criterion that a score defines', () => {
  it.each(['global', 'layer'] as const)('prunes as the table’s own, in either parameterisation: %s', (scope) => {
    for (const one of [net, standardTwin(net)]) {
      const of = (method: PruneOptions['method']) => bits(prune(one, { ...base, scope, method }))
      expect(of(magnitude)).toEqual(of('magnitude'))
      expect(of(snip)).toEqual(of('snip'))
    }
  })

  it('prunes on from what is pruned, and sees it as zero', () => {
    const half = applyMasks(net, prune(net, { ...base, density: 0.6, method: 'random' }).masks)
    expect(bits(prune(half, { ...base, method: magnitude }))).toEqual(
      bits(prune(half, { ...base, method: 'magnitude' })),
    )
    expect(bits(prune(half, { ...base, method: snip }))).toEqual(bits(prune(half, { ...base, method: 'snip' })))
  })

  it('may score in rounds, each on what the one before has left', () => {
    const synflow = definePruning({ name: 'my-synflow', rounds: 20, score: flow })
    const options = { ...base, density: 0.08 }
    expect(bits(prune(net, { ...options, method: synflow }))).toEqual(
      bits(prune(net, { ...options, method: 'synflow', rounds: 20 })),
    )
    const rounds: number[] = []
    const left: number[] = []
    const counting = definePruning({
      name: 'counting',
      rounds: 3,
      score: (input) => {
        rounds.push(input.round)
        left.push(input.masks.reduce((sum, { kept }) => sum + kept, 0))
        return flow(input)
      },
    })
    prune(net, { ...base, method: counting })
    const total = 7 * 12 + 12 * 9 + 9 * 3
    expect(rounds).toEqual([1, 2, 3])
    expect(left).toEqual([total, ...[1, 2].map((t) => Math.floor(total * 0.3 ** (t / 3) + 0.5))])
  })

  it('draws from the seed of the run', () => {
    const shuffled = definePruning({
      name: 'shuffled',
      score: ({ weights, random }) =>
        weights.map(({ data }, l) => {
          const stream = random(l)
          return data.map(() => stream.uniform())
        }),
    })
    const of = (seed: number) => bits(prune(net, { ...base, seed, method: shuffled }))
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
  })

  it('warns of cuts inside equal scores as the others do', () => {
    const flat = definePruning({ name: 'flat', score: ({ weights }) => weights.map(({ data }) => data.map(() => 1)) })
    expect(prune(net, { ...base, method: flat }).warnings.join()).toMatch(/inside equal scores/)
  })

  it.each<[string, () => unknown, RegExp]>([
    ['a name with spaces', () => definePruning({ ...magnitude, name: 'a b', score: flow }), /name of letters/],
    ['no score', () => definePruning({ name: 'x' } as never), /x: expected a function score, got undefined/],
    [
      'half a round',
      () => definePruning({ name: 'x', rounds: 0.5, score: flow }),
      /positive integer of rounds, got 0.5/,
    ],
    [
      'a limitation without a text',
      () => definePruning({ name: 'x', limitations: [{ title: 'a' } as never], score: flow }),
      /x: expected limitations as \[{ title, text }, …\], got \[{"title":"a"}\]/,
    ],
    ['too few matrices', () => by(() => []), /x: expected 3 arrays of scores, .* got an array of 0/],
    ['no arrays', () => by(() => 5 as never), /x: expected 3 arrays of scores, .* got number/],
    [
      'a short array',
      () => by(({ weights }) => weights.map(() => [1])),
      /expected 84 scores for matrix 1, 12 × 7, got 1/,
    ],
    [
      'no numbers',
      () => by(({ weights }) => weights.map(({ data }) => data.map(() => NaN))),
      /not a number at layers.0/,
    ],
    ['an unannounced gradient', () => by(({ gradient }) => gradient().map(({ data }) => data)), /must say needsData/],
    ['no data', () => prune(net, { ...base, batch: undefined as never, method: snip }), /my-snip needs data/],
    ['no criterion', () => prune(net, { ...base, method: {} as never }), /method: expected a criterion, whose name/],
    [
      'an unknown name',
      () => prune(net, { ...base, method: 'snap' as never }),
      /expected a method of random, .*'snap'/,
    ],
    [
      'no scope',
      () => prune(net, { ...base, scope: undefined as never, method: 'random' }),
      /scope of global or layer/,
    ],
  ])('is refused with the reason: %s', (_, act, message) => {
    expect(act).toThrow(message)
  })

  const by = (score: (input: PruningInput) => readonly ArrayLike<number>[]) =>
    prune(net, { ...base, method: definePruning({ name: 'x', score }) })
})

describe('the table of criteria', () => {
  it('has every criterion under its own name', () => {
    for (const name of criterionNames) {
      const one: Criterion = criteria[name]
      expect([one.name, criterionProblem(one)]).toEqual([name, undefined])
    }
    expect(criterionProblem(createMask(1, 1, Uint8Array.of(1)))).toMatch(/whose name is a string, got undefined/)
    expect(criterionProblem(null)).toMatch(/got null/)
    expect(criterionProblem({ ...criteria.random, limitations: [null] })).toMatch(/limitations as .*got \[null\]/)
    expect(criterionProblem({ ...criteria.random, masks: undefined })).toMatch(/got neither/)
  })
})
