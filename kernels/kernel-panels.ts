// From panels of four sample pairs (see pair-panels.ts) to rows of symmetric kernels. A piece of a kernel on n samples is
// its rows first … last − 1 from column `first` on, row-major (`right`), and the mirror image of what lies right of its
// leading square, row-major too (`below`).

/**
 * Writes the pairs i < j of a block (rows i0 …, panels j0 … of four samples) into `right`: position c of the panels, `ld`
 * bytes apart, goes to the c-th piece, `pieceBytes` after the one before.
 */
export function storePanels(
  positions: usize, i0: usize, height: usize, j0: usize, width: usize, panels: usize, ld: usize,
  first: usize, n: usize, right: usize, pieceBytes: usize,
): void {
  const rowLength = n - first
  for (let c: usize = 0; c < positions; c++) {
    for (let i = i0; i < i0 + height; i++) {
      // Address of column 0, which may lie before the piece; only columns above i are written.
      const row = right + c * pieceBytes + (i - first) * rowLength * 8 - first * 8
      const from = panels + ((i - i0) * width * ld) + c * 32
      for (let t: usize = 0; t < width; t++) {
        const at = from + t * ld
        const j = (j0 + t) * 4
        if (j > i && j + 4 <= n) {
          v128.store(row + j * 8, v128.load(at))
          v128.store(row + j * 8, v128.load(at, 16), 16)
        } else {
          for (let s = max(j, i + 1); s < min(j + 4, n); s++) store<f64>(row + s * 8, load<f64>(at + (s - j) * 8))
        }
      }
    }
  }
}

/** The pairs (i, i), four to a panel, into rows of `ld8` bytes for each position. */
export function storeDiagonal(
  positions: usize, first: usize, count: usize, panels: usize, ld: usize, out: usize, rowBytes: usize,
): void {
  for (let t: usize = 0; t < count; t++) {
    for (let c: usize = 0; c < positions; c++) {
      const from = panels + t * ld + c * 32, to = out + c * rowBytes + (first + t) * 32
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
    }
  }
}

/** Side of the squares that are mirrored at a time, so that both images stay in the nearest cache. */
const SIDE: usize = 32

/**
 * Copies columns left … left + count − 1 of `right` [height, width] to their mirror image: within its leading square, or to
 * `below`, where the columns lie beyond it. The columns are all on one side of the square's edge.
 */
export function mirrorColumns(height: usize, width: usize, left: usize, count: usize, right: usize, below: usize): void {
  const inside = left < height
  const rowBytes = (inside ? width : height) * 8
  // Address of the mirror image's row 0, which for `below` lies before it.
  const out = inside ? right : below - height * rowBytes
  const end = left + count
  for (let top: usize = 0; top < min(height, end); top += SIDE) {
    const bottom = min(height, top + SIDE)
    let j = left
    for (; j + 2 <= end && !(inside && j < bottom); j += 2) {
      const to = out + j * rowBytes
      let i = top
      for (; i + 2 <= bottom; i += 2) {
        const from = right + (i * width + j) * 8
        const a = v128.load(from), b = v128.load(from + width * 8)
        v128.store(to + i * 8, v128.shuffle<f64>(a, b, 0, 2))
        v128.store(to + rowBytes + i * 8, v128.shuffle<f64>(a, b, 1, 3))
      }
      for (; i < bottom; i++) {
        const from = right + (i * width + j) * 8
        store<f64>(to + i * 8, load<f64>(from))
        store<f64>(to + rowBytes + i * 8, load<f64>(from, 8))
      }
    }
    for (; j < end; j++) {
      const to = out + j * rowBytes
      for (let i = top; i < min(bottom, j); i++) store<f64>(to + i * 8, load<f64>(right + (i * width + j) * 8))
    }
  }
}
