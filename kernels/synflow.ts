// Synaptic flow over surviving weights. A block of a matrix's rows is kept as compressed rows: `rowStart` i32[rows + 1],
// `columns` u16 or u32[nnz], `values` f64[nnz] = |w|. Sums run in index order and without fused multiply-add, so that every
// build of the kernels, and a plain loop over the dense block, give the same bits. Nothing is validated here.

/** The score |w_ij| (δ_i a_j), in this order of multiplication. */
// @ts-ignore: decorator
@inline
function score(value: f64, out: f64, input: f64): f64 {
  return value * (out * input)
}

// @ts-ignore: decorator
@inline
function forward<Column>(
  rows: usize, rowStart: usize, columns: usize, values: usize,
  oldInput: usize, oldOutput: usize, threshold: f64, ties: i32,
  input: usize, output: usize,
): i32 {
  let value = values, column = columns
  let keptValue = values, keptColumn = columns
  for (let i: usize = 0; i < rows; i++) {
    const end = values + (<usize>load<u32>(rowStart + (i + 1) * 4)) * 8
    const out = load<f64>(oldOutput + i * 8)
    let sum = 0.0
    for (; value < end; value += 8, column += sizeof<Column>()) {
      const v = load<f64>(value)
      const c = load<Column>(column)
      const s = score(v, out, load<f64>(oldInput + (<usize>c) * 8))
      if (s <= threshold) {
        if (s < threshold || ties == 0) continue
        ties--
      }
      store<f64>(keptValue, v)
      store<Column>(keptColumn, c)
      keptValue += 8
      keptColumn += sizeof<Column>()
      sum += v * load<f64>(input + (<usize>c) * 8)
    }
    store<u32>(rowStart + (i + 1) * 4, <u32>((keptValue - values) >>> 3))
    store<f64>(output + i * 8, sum)
  }
  return ties
}

// @ts-ignore: decorator
@inline
function backward<Column>(
  rows: usize, inputs: usize, rowStart: usize, columns: usize, values: usize,
  input: usize, output: usize, scaledOutput: usize, back: usize,
  low: f64, high: f64, collected: usize, capacity: u32, counts: usize,
): void {
  memory.fill(back, 0, inputs * 8)
  let inside = load<u32>(counts)
  let above = load<u32>(counts + 4) + load<u32>(rowStart + rows * 4)
  let value = values, column = columns
  for (let i: usize = 0; i < rows; i++) {
    const end = values + (<usize>load<u32>(rowStart + (i + 1) * 4)) * 8
    const out = load<f64>(output + i * 8)
    const scaled = load<f64>(scaledOutput + i * 8)
    for (; value < end; value += 8, column += sizeof<Column>()) {
      const v = load<f64>(value)
      const c = (<usize>load<Column>(column)) * 8
      store<f64>(back + c, load<f64>(back + c) + v * out)
      const s = score(v, scaled, load<f64>(input + c))
      // Few scores lie below `high`.
      if (s < high) {
        above--
        if (s >= low) {
          if (inside < capacity) store<f64>(collected + (<usize>inside) * 8, s)
          inside++
        }
      }
    }
  }
  store<u32>(counts, inside)
  store<u32>(counts + 4, above)
}

/** Scores again: counted by their upper 16 bits, or those of one bin appended. */
// @ts-ignore: decorator
@inline
function rescore<Column>(
  rows: usize, rowStart: usize, columns: usize, values: usize,
  input: usize, scaledOutput: usize, histogram: usize, bin: u32, collected: usize,
): usize {
  let value = values, column = columns
  for (let i: usize = 0; i < rows; i++) {
    const end = values + (<usize>load<u32>(rowStart + (i + 1) * 4)) * 8
    const out = load<f64>(scaledOutput + i * 8)
    for (; value < end; value += 8, column += sizeof<Column>()) {
      const c = (<usize>load<Column>(column)) * 8
      const s = score(load<f64>(value), out, load<f64>(input + c))
      const at = <u32>(reinterpret<u64>(s) >>> 48)
      if (histogram != 0) {
        store<u32>(histogram + at * 4, load<u32>(histogram + at * 4) + 1)
      } else if (at == bin) {
        store<f64>(collected, s)
        collected += 8
      }
    }
  }
  return collected
}

// @ts-ignore: decorator
@inline
function place<Column>(
  rows: usize, cols: usize, weights: usize, open: usize, scale: f64, factor: f64,
  rowStart: usize, columns: usize, values: usize,
): void {
  let kept: usize = 0
  store<u32>(rowStart, 0)
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < cols; j++) {
      const at = i * cols + j
      if (open != 0 && load<u8>(open + at) == 0) continue
      store<f64>(values + kept * 8, abs<f64>(scale * load<f64>(weights + at * 8)) * factor)
      store<Column>(columns + kept * sizeof<Column>(), <Column>j)
      kept++
    }
    store<u32>(rowStart + (i + 1) * 4, <u32>kept)
  }
}

/** Compresses rows: |scale · w| · factor of the weights whose byte of `open` is 1, or of all without `open` (0). */
export function synflowPlace(
  wide: bool, rows: usize, cols: usize, weights: usize, open: usize, scale: f64, factor: f64,
  rowStart: usize, columns: usize, values: usize,
): void {
  if (wide) place<u32>(rows, cols, weights, open, scale, factor, rowStart, columns, values)
  else place<u16>(rows, cols, weights, open, scale, factor, rowStart, columns, values)
}

/** Stores max |scale · w| over the weights as for `synflowPlace`, and behind it 0 if all of them are finite, else NaN. */
export function synflowLargest(count: usize, weights: usize, open: usize, scale: f64, out: usize): void {
  let largest = 0.0, fault = 0.0
  for (let i: usize = 0; i < count; i++) {
    if (open != 0 && load<u8>(open + i) == 0) continue
    const size = abs<f64>(scale * load<f64>(weights + i * 8))
    largest = max<f64>(largest, size)
    fault += size * 0
  }
  store<f64>(out, largest)
  store<f64>(out, fault, 8)
}

/**
 * Drops the weights whose last score lies below `threshold`, and those equal to it once `ties` of them have been kept;
 * of what is left, output[i] = Σ_j |w_ij| input[j]. Returns the ties left.
 */
export function synflowForward(
  wide: bool, rows: usize, rowStart: usize, columns: usize, values: usize,
  oldInput: usize, oldOutput: usize, threshold: f64, ties: i32,
  input: usize, output: usize,
): i32 {
  if (wide) return forward<u32>(rows, rowStart, columns, values, oldInput, oldOutput, threshold, ties, input, output)
  return forward<u16>(rows, rowStart, columns, values, oldInput, oldOutput, threshold, ties, input, output)
}

/**
 * back[j] = Σ_i |w_ij| output[i], and in the same sweep the scores |w_ij| (scaledOutput[i] input[j]): those in
 * [low, high) are appended to `collected` as far as `capacity` reaches. `counts` u32[2] is increased by how many lie in
 * that range, and by how many above it.
 */
export function synflowBackward(
  wide: bool, rows: usize, inputs: usize, rowStart: usize, columns: usize, values: usize,
  input: usize, output: usize, scaledOutput: usize, back: usize,
  low: f64, high: f64, collected: usize, capacity: u32, counts: usize,
): void {
  if (wide) {
    backward<u32>(
      rows, inputs, rowStart, columns, values, input, output, scaledOutput, back, low, high, collected, capacity, counts,
    )
  } else {
    backward<u16>(
      rows, inputs, rowStart, columns, values, input, output, scaledOutput, back, low, high, collected, capacity, counts,
    )
  }
}

/** Counts the scores in a histogram u32[65536] of their upper 16 bits. */
export function synflowHistogram(
  wide: bool, rows: usize, rowStart: usize, columns: usize, values: usize,
  input: usize, scaledOutput: usize, histogram: usize,
): void {
  if (wide) rescore<u32>(rows, rowStart, columns, values, input, scaledOutput, histogram, 0, 0)
  else rescore<u16>(rows, rowStart, columns, values, input, scaledOutput, histogram, 0, 0)
}

/** Writes the scores that fall in one bin of that histogram to the address that `cursor` (u32) holds, and moves it on. */
export function synflowGather(
  wide: bool, rows: usize, rowStart: usize, columns: usize, values: usize,
  input: usize, scaledOutput: usize, bin: u32, cursor: usize,
): void {
  const at = <usize>load<u32>(cursor)
  const end = wide
    ? rescore<u32>(rows, rowStart, columns, values, input, scaledOutput, 0, bin, at)
    : rescore<u16>(rows, rowStart, columns, values, input, scaledOutput, 0, bin, at)
  store<u32>(cursor, <u32>end)
}

/** out = Σ of `parts` vectors of `length` numbers that follow each other, in order. */
export function sumVectors(parts: usize, length: usize, vectors: usize, out: usize): void {
  for (let j: usize = 0; j < length; j++) {
    let at = vectors + j * 8
    let sum = load<f64>(at)
    for (let p: usize = 1; p < parts; p++) {
      at += length * 8
      sum += load<f64>(at)
    }
    store<f64>(out + j * 8, sum)
  }
}
