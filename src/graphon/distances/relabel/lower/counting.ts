import { matrix, type Matrix } from '../../../../linalg/matrix.js'
import { countingBound, motifDensities, type MotifName } from '../../../motifs/motifs.js'
import { ranges, type Sides } from './sides.js'

/** Motifs without cycles, whose densities take a few sums; cycles have a bound of their own. */
const names: readonly MotifName[] = ['row-cherry', 'column-cherry', 'path3', 'path4', 'path5']

/**
 * The counting lemma (Lovász 2012, lemma 10.23) on paths: for functions with values in [0, M] and a bipartite graph F with e edges
 * |t(F, A) − t(F, B)| ≤ e M^{e−1} δ_□(A, B).
 */
export function pathCountBound(sides: Sides): number {
  const { a, b, rowA, rowB, colA, colB } = sides
  const { a: inA, b: inB } = ranges(sides)
  const most = Math.max(inA.most, inB.most)
  if (!(Math.min(inA.least, inB.least) >= 0 && most > 0)) return 0
  const densities = (m: Matrix, rowMeasure: Float64Array, colMeasure: Float64Array) =>
    motifDensities(
      matrix(
        m.rows,
        m.cols,
        m.data.map((value) => value / most),
      ),
      { rowMeasure, colMeasure, names },
    )
  const [ofA, ofB] = [densities(a, rowA, colA), densities(b, rowB, colB)]
  return Math.max(...names.map((name) => (most * Math.abs(ofA.get(name)! - ofB.get(name)!)) / countingBound(name, 1)))
}
