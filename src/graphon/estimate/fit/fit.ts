import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { expandBins } from './binning.js'

/** P̂ of a matrix, worked out where it is asked for: held-out entries are a tenth of all. */
export interface Fit {
  /** P̂ at entries given by their row-major indices, increasing. */
  readonly at: (entries: Int32Array) => Float64Array
  /** P̂ everywhere. */
  readonly all: () => Matrix
}

/** Calls `visit(place, row, column)` for every one of increasing row-major indices. */
export function forEntries(
  entries: Int32Array,
  cols: number,
  visit: (place: number, row: number, column: number) => void,
): void {
  let row = 0
  let start = 0
  for (let place = 0; place < entries.length; place++) {
    const entry = entries[place]
    if (entry >= start + cols) {
      row = Math.floor(entry / cols)
      start = row * cols
    }
    visit(place, row, entry - start)
  }
}

/** A matrix that is known everywhere. */
export function denseFit(known: Matrix): Fit {
  return { at: (entries) => Float64Array.from(entries, (entry) => known.data[entry]), all: () => known }
}

/** The value of the bins that the two units are in. */
export function stepFit(W: Matrix, rowBin: Int32Array, colBin: Int32Array): Fit {
  return {
    at(entries) {
      const values = new Float64Array(entries.length)
      forEntries(entries, colBin.length, (place, row, column) => {
        values[place] = W.data[rowBin[row] * W.cols + colBin[column]]
      })
      return values
    },
    all: () => expandBins(W, rowBin, colBin),
  }
}

/** One value everywhere. */
export function constantFit(rows: number, cols: number, value: number): Fit {
  return {
    at: (entries) => new Float64Array(entries.length).fill(value),
    all: () => matrix(rows, cols, new Float64Array(rows * cols).fill(value)),
  }
}
