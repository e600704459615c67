import { readMatrix } from '../../../inputs.js'
import { importLibrary } from '../libraries.js'
import type { LibraryTask } from '../task.js'
import { openJax } from './jax.js'

type Numbers = Iterable<number>
/** From the rows of a symmetric matrix to its eigenvalues, in any order. */
type Solve = () => Numbers | Promise<Numbers>

function solver(library: string, prepare: (rows: number[][], data: Float64Array) => Promise<Solve>): LibraryTask {
  return {
    library,
    async load(folder) {
      const { rows: n, data } = readMatrix(folder, 'kernel')
      const rows = Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * n, (i + 1) * n)))
      const solve = await prepare(rows, data)
      return async () => {
        const found = await solve()
        return { answer: () => new Map([['values', { shape: [n], data: Float64Array.from(found).sort().reverse() }]]) }
      }
    },
  }
}

interface MlMatrix {
  readonly EigenvalueDecomposition: new (m: number[][], options: object) => { realEigenvalues: number[] }
}

/** Entries as complex numbers, or as plain ones. */
interface EigenMatrix {
  get(i: number, j: number): number | { real(): number }
}

interface Eigen {
  readonly default: {
    readonly ready: Promise<void>
    readonly Matrix: new (rows: number[][]) => object
    readonly Solvers: { eigenSolve(m: object, vectors: boolean): { readonly eigenvalues: EigenMatrix } }
    readonly GC: { flush(): void; pushException(...kept: object[]): void }
  }
}

interface MathJs {
  eigs(rows: number[][], options: object): { readonly values: number[] }
}

interface NumpyTs {
  array(rows: number[][]): object
  readonly linalg: { eigvalsh(a: object): { readonly data: Numbers } }
}

interface Nd4js {
  array(kind: string, rows: number[][]): object
  readonly la: { eigenvals(a: object): { readonly data: Numbers } }
}

interface Numeric {
  readonly default: { eig(rows: number[][]): { readonly lambda: { readonly x: number[] } } }
}

/** Libraries that decompose symmetric matrices, each by the fastest way it has to the eigenvalues. */
export const eigenTasks = {
  eigen_ml_matrix: solver('ml-matrix', async (rows) => {
    const { EigenvalueDecomposition } = await importLibrary<MlMatrix>('ml-matrix')
    return () => new EigenvalueDecomposition(rows, { assumeSymmetric: true }).realEigenvalues
  }),
  // The C++ library of this name in WebAssembly, of which the package offers the solver for general matrices. It cannot
  // leave the vectors out, and frees nothing by itself.
  eigen_eigen: solver('eigen', async (rows) => {
    const { default: eigen } = await importLibrary<Eigen>('eigen')
    await eigen.ready
    const m = new eigen.Matrix(rows)
    eigen.GC.pushException(m)
    return () => {
      const { eigenvalues } = eigen.Solvers.eigenSolve(m, true)
      const values = rows.map((_, i) => {
        const value = eigenvalues.get(i, 0)
        return typeof value === 'number' ? value : value.real()
      })
      eigen.GC.flush()
      return values
    }
  }),
  eigen_jax: solver('@jax-js/jax', async (rows, data) => {
    const { numpy } = await openJax()
    const a = numpy.array(data, { dtype: numpy.float64 }).reshape([rows.length, rows.length])
    return async () => {
      const [values, vectors] = numpy.linalg.eigh(a.ref)
      vectors.dispose()
      return values.data()
    }
  }),
  eigen_nd4js: solver('nd4js', async (rows) => {
    const nd = await importLibrary<Nd4js>('nd4js')
    const a = nd.array('float64', rows)
    return () => nd.la.eigenvals(a).data
  }),
  eigen_numpy_ts: solver('numpy-ts', async (rows) => {
    const numpy = await importLibrary<NumpyTs>('numpy-ts')
    const a = numpy.array(rows)
    return () => numpy.linalg.eigvalsh(a).data
  }),
  eigen_mathjs: solver('mathjs', async (rows) => {
    const mathjs = await importLibrary<MathJs>('mathjs')
    return () => mathjs.eigs(rows, { eigenvectors: false }).values
  }),
  eigen_numeric: solver('numeric', async (rows) => {
    const { default: numeric } = await importLibrary<Numeric>('numeric')
    return () => numeric.eig(rows).lambda.x
  }),
} as const satisfies Record<string, LibraryTask>
