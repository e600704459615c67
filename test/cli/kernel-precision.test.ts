import { existsSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeNpy } from '../../src/data/npy.js'
import { npyHeader } from '../../src/data/npy-header.js'
import { openKernel } from '../../src/node/kernels/reader.js'
import { randomStream } from '../../src/random/random.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()
const n = 24
const size = n * n

interface Document {
  decay: { alpha: number | null; standardError: number | null; from: number; to: number }
  eigenvalues: number[]
  effectiveRank: number | null
  topEnergy: Record<string, number | null>
  rank: number | null
  dtype: string
  asymmetry: number
  floor: number
  reasons: Record<string, string>
  warnings: string[]
}

/** X Xᵀ of three features. */
function gram(): Float64Array {
  const stream = randomStream(7, 'gram')
  const x = Float64Array.from({ length: 3 * n }, (_, at) => stream.normal() * [3, 2, 1][at % 3])
  return Float64Array.from({ length: size }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return x[3 * i] * x[3 * j] + x[3 * i + 1] * x[3 * j + 1] + x[3 * i + 2] * x[3 * j + 2]
  })
}

/** Bits of the nearest float16. */
function halfBits(value: number): number {
  const magnitude = Math.abs(value)
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)))
  const steps = Math.round(magnitude / 2 ** (exponent - 10))
  return (value < 0 ? 0x8000 : 0) + (steps < 1024 ? steps : ((exponent + 15) << 10) + steps - 1024)
}

const writers = {
  f8: (view: DataView, at: number, value: number, little: boolean) => view.setFloat64(8 * at, value, little),
  f4: (view: DataView, at: number, value: number, little: boolean) => view.setFloat32(4 * at, value, little),
  f2: (view: DataView, at: number, value: number, little: boolean) => view.setUint16(2 * at, halfBits(value), little),
} as const

/** A NumPy file of any floating-point type, as NumPy, PyTorch and JAX write it. */
function store(name: string, description: string, values: Float64Array, shape = [n, n], fortran = false): string {
  const type = description.slice(1) as keyof typeof writers
  const bytes = new Uint8Array(values.length * Number(type[1]))
  const view = new DataView(bytes.buffer)
  values.forEach((value, at) => writers[type](view, at, value, description.startsWith('<')))
  const header = new TextDecoder('latin1').decode(npyHeader(description, shape))
  const text = fortran ? header.replace("'fortran_order': False, ", "'fortran_order': True,  ") : header
  writeFileSync(file(name), Buffer.concat([Buffer.from(text, 'latin1'), bytes]))
  return file(name)
}

const diagonal = (...values: number[]): Float64Array => {
  const result = new Float64Array(values.length ** 2)
  values.forEach((value, k) => (result[k * (values.length + 1)] = value))
  return result
}

describe('a kernel of three features', () => {
  const kernel = gram()
  let exact: Document
  beforeAll(() => {
    exact = limnJson<Document>('spectrum', store('f64.npy', '<f8', kernel))
  })

  it('is of rank three', () => {
    expect([exact.rank, exact.decay.from, exact.decay.to, exact.dtype]).toEqual([3, 1, 3, 'float64'])
  })

  it.each([
    ['<f4', 'float32', 6],
    ['>f4', 'float32', 6],
    ['<f2', 'float16', 2],
    ['>f2', 'float16', 2],
    ['>f8', 'float64', 12],
  ])('has the same metrics from a file of %s, with and without --top', (description, dtype, digits) => {
    const path = store('stored.npy', description, kernel)
    // Both ways of a decomposition, where both are worth their time.
    for (const top of description.startsWith('<') ? [[], ['--top', '5']] : [['--top', '5']]) {
      const { code, stdout, stderr } = limn('spectrum', path, '--json', ...top)
      expect([code, stderr]).toEqual([0, ''])
      const got = JSON.parse(stdout) as Document
      expect([got.dtype, got.asymmetry, got.rank]).toEqual([dtype, 0, 3])
      expect([got.decay.from, got.decay.to]).toEqual([1, 3])
      expect(got.decay.alpha).toBeCloseTo(exact.decay.alpha!, digits)
      expect(got.decay.standardError).toBeCloseTo(exact.decay.standardError!, digits)
      expect(got.effectiveRank).toBeCloseTo(exact.effectiveRank!, digits)
      expect(got.topEnergy['5']).toBeLessThanOrEqual(1)
    }
  })

  it('says its floor and its range in words', () => {
    const { stdout } = limn('spectrum', store('f32.npy', '<f4', kernel))
    expect(stdout).toMatch(/floor {14}\S+ \(float32\); 3 of 24 eigenvalues above it/)
    expect(stdout).toMatch(/decay exponent {5}\S+ ± \S+ \(k = 1 … 3\)/)
    expect(stdout).toMatch(/condition number {3}– \(singular\)/)
  })

  it('is symmetrised from float32 when mirror images are units in the last place apart, which is said', () => {
    const apart = Float64Array.from(kernel, (value, at) => (at % n > at / n ? value * (1 + 2 ** -23) : value))
    const path = store('apart.npy', '<f4', apart)
    const { code, stdout, stderr } = limn('spectrum', path, '--json')
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^.*apart\.npy: symmetrised; mirror images differ by up to \S+e-[78] of the largest entry \(float32\)\n$/,
    )
    const { asymmetry, decay } = JSON.parse(stdout) as Document
    expect(asymmetry).toBeGreaterThan(0)
    expect(asymmetry).toBeLessThan(2 ** -21)
    expect(decay.alpha).toBeCloseTo(exact.decay.alpha!, 6)
    // The same in float64 is no rounding.
    const refused = limn('spectrum', store('wide.npy', '<f8', apart))
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/wide\.npy: kernel: .*symmetric/)])
    const far = Float64Array.from(kernel, (value, at) => (at === 1 ? value + 5 : value))
    for (const description of ['<f4', '<f2']) {
      const { code, stderr } = limn('predict', store('far.npy', description, far), '--targets', file('none.npy'))
      expect([code, stderr]).toEqual([1, expect.stringMatching(/far\.npy: kernel: expected a symmetric matrix/)])
    }
  })

  it('predicts the same training from every type, to its precision, and is a matrix to distance', () => {
    writeFileSync(
      file('y.npy'),
      encodeNpy({ shape: [n], data: Float64Array.from({ length: n }, (_, i) => Math.sin(i)) }),
    )
    const predict = (path: string) =>
      limnJson<{ loss: number[] }>('predict', path, '--targets', file('y.npy'), '--lr', '0.05', '--steps', '20')
    const { loss } = predict(file('f64.npy'))
    for (const [description, relative] of [
      ['<f4', 1e-6],
      ['>f2', 1e-2],
    ] as const) {
      const path = store('stored.npy', description, kernel)
      const other = predict(path).loss
      other.forEach((value, t) => expect(Math.abs(value / loss[t] - 1)).toBeLessThan(relative))
      // Every entry is rounded by half a unit in the last place of the largest at most.
      const { value } = limnJson<{ value: number }>('distance', path, file('f64.npy'), '--norm', 'l2')
      expect(value).toBeGreaterThan(0)
      expect(value).toBeLessThan(relative * Math.max(...kernel.map(Math.abs)))
    }
  })

  it('is read class by class where it is large, to the same numbers', () => {
    const two = Float64Array.from([...kernel, ...kernel.map((value) => 2 * value)])
    for (const description of ['<f4', '>f4', '<f2', '>f2', '>f8']) {
      const path = store('classes.npy', description, two, [2, n, n])
      const [whole, pieces] = [openKernel(path), openKernel(path, 0)]
      for (const c of [1, 0]) {
        expect(pieces.matrix(c)).toEqual(whole.matrix(c))
        expect(pieces.precision!(c)).toEqual(whole.precision!(c))
      }
      pieces.close()
    }
    // A symmetric matrix is its own transpose.
    const turned = openKernel(store('turned.npy', '<f4', kernel, [n, n], true), 0)
    expect(turned.matrix(0)).toEqual(openKernel(store('straight.npy', '<f4', kernel)).matrix(0))
    turned.close()
  })

  it('that float16 cannot hold is refused with the reason', () => {
    const path = file('overflow.npy')
    const half = Buffer.concat([npyHeader('<f2', [1, 1]), Uint8Array.of(0, 0x7c)])
    writeFileSync(path, half)
    const { code, stderr } = limn('spectrum', path)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/got Infinity at \[0, 0\]; float16 ends at 65504/)])
  })
})

describe('an indefinite kernel', () => {
  const bad = diagonal(1, 1e-9, 1e-9, 1e-9, -0.001)
  const good = diagonal(1, 0.5, 0.25, 0.125, 0.0625)
  const warning = (name: string) =>
    new RegExp(`^warning: \\S*${name} is not positive semidefinite: its smallest eigenvalue is −0\\.001 λ₁`)

  it('is warned about by every command that reads it; metrics without meaning are null, with the reason', () => {
    const path = store('bad.npy', '<f8', bad, [5, 5])
    writeFileSync(file('y5.npy'), encodeNpy({ shape: [5], data: Float64Array.of(1, 1, 1, 1, 1) }))
    for (const args of [
      ['--top', '3'],
      ['--top', '1'],
    ]) {
      const { code, stdout, stderr } = limn('spectrum', path, '--json', ...args)
      expect([code, stderr]).toEqual([0, expect.stringMatching(warning('bad\\.npy'))])
      const { effectiveRank, topEnergy, decay, rank, reasons, warnings } = JSON.parse(stdout) as Document
      expect([effectiveRank, topEnergy['5'], decay.alpha, warnings.length]).toEqual([null, null, null, 1])
      expect(rank).toBe(args[1] === '1' ? null : 1)
      expect(reasons.effectiveRank).toMatch(/not positive semidefinite/)
    }
    const plain = limn('spectrum', path)
    expect(plain.stdout).toMatch(/effective rank {5}– \(the kernel is not positive semidefinite\)\n/)
    expect(plain.stdout).toMatch(/decay exponent {5}– \(one eigenvalue is above the floor\)\n/)
    const predicted = limn('predict', path, '--targets', file('y5.npy'))
    expect([predicted.code, predicted.stderr]).toEqual([0, expect.stringMatching(warning('bad\\.npy'))])
  })

  it('among good classes is named', () => {
    const path = store('mixed.npy', '<f8', Float64Array.from([...good, ...bad, ...good]), [3, 5, 5])
    const { stdout, stderr } = limn('spectrum', path, '--json')
    expect(stderr).toMatch(warning('mixed\\.npy, class 1'))
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    const documents = JSON.parse(stdout) as Document[]
    expect(documents.map(({ effectiveRank }) => effectiveRank)).toEqual([1.9375, null, 1.9375])
    expect(documents.map(({ warnings }) => warnings.length)).toEqual([0, 1, 0])
    const many = store(
      'many.npy',
      '<f8',
      Float64Array.from(
        Array(7)
          .fill([...bad])
          .flat() as number[],
      ),
      [7, 5, 5],
    )
    expect(limn('spectrum', many, '--json').stderr.trimEnd().split('\n')).toEqual([
      ...[0, 1, 2, 3, 4].map((c) => expect.stringMatching(warning(`many\\.npy, class ${c}`)) as string),
      expect.stringMatching(/many\.npy: the same of 2 more classes$/),
    ])
  })
})

describe('a kernel of zeros', () => {
  it('is said by the commands that write and read it', () => {
    const [chain, x, out] = [file('chain.npz'), file('x.npy'), file('zero.npy')]
    const masks = file('masks.safetensors')
    limnJson('prune', '--sizes', '3,8,8,2', '--method', 'random', '--density', '1', '--out', masks)
    expect(limn('graphon', masks, '--bins', '2', '--out', chain).code).toBe(0)
    // Squares of 1e-170 are below the range of f64.
    const tiny = Float64Array.from({ length: 12 }, (_, k) => 1e-170 * (1 + (k % 5)))
    writeFileSync(x, encodeNpy({ shape: [4, 3], data: tiny }))
    const written = limn('ntk', chain, '--data', x, '--out', out)
    expect(written.code).toBe(0)
    expect(written.stderr).toMatch(/^warning: .*zero\.npy is zero: no path is active, or .* too small for float64\n$/)
    expect(existsSync(out)).toBe(true)
    const read = limn('spectrum', out, '--json')
    expect([read.code, read.stderr]).toEqual([0, expect.stringMatching(/^warning: .*zero\.npy is zero: .*\n$/)])
    const document = JSON.parse(read.stdout) as Document
    expect([document.rank, document.effectiveRank, document.decay.alpha]).toEqual([0, null, null])
    expect(document.reasons.effectiveRank).toBe('the kernel is zero')
    writeFileSync(file('y4.npy'), encodeNpy({ shape: [4], data: Float64Array.of(1, 0, 1, 0) }))
    const predicted = limn('predict', out, '--targets', file('y4.npy'), '--steps', '2', '--json')
    expect(predicted.stderr).toMatch(/^warning: .*zero\.npy is zero: .*; these outputs never learn\n$/)
    expect(JSON.parse(predicted.stdout)).toMatchObject({ loss: [0.25, 0.25, 0.25] })
  })
})
