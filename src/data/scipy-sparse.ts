import { tensorTypeOf } from './elements.js'
import { FileError } from './file-error.js'
import { npyHeadBytes, readNpyHeader } from './npy-header.js'
import { decodeNpy } from './npy.js'
import { npyText } from './npz-meta.js'
import { elementCount, shapeText } from './shape.js'
import type { StoredTensor } from './tensor-file.js'
import type { Tensor, TensorData } from './tensor.js'
import { tensorTypes } from './tensor.js'
import type { ZipEntry } from './zip.js'

type Arrays = ReadonlyMap<string, ZipEntry>

/** Where entry k of the data of a sparse matrix goes. */
type Place = (k: number) => readonly [row: number, column: number]

/** A sparse matrix of a file, as its format needs it. */
interface Sparse {
  readonly rows: number
  readonly cols: number
  readonly data: Tensor
  /** An array of whole numbers. */
  readonly numbers: (key: string) => TensorData
  readonly fail: (key: string, problem: string) => never
}

/** The index of the row or column that each entry lies in, from where each of them begins. */
function spread({ numbers, fail }: Sparse, count: number, entries: number): Int32Array {
  const starts = numbers('indptr')
  const isRising = starts.every((start, i) => (i === 0 ? start === 0 : start >= starts[i - 1]))
  if (!(starts.length === count + 1 && isRising && starts[count] === entries)) {
    fail('indptr', `expected ${count + 1} numbers that rise from 0 to ${entries}, got others`)
  }
  const of = new Int32Array(entries)
  for (let i = 0; i < count; i++) of.fill(i, starts[i], starts[i + 1])
  return of
}

/** How every format of SciPy says where its entries go. */
const places: Readonly<Record<string, (sparse: Sparse) => Place>> = {
  csr: (sparse) => {
    const [row, column] = [spread(sparse, sparse.rows, sparse.data.data.length), sparse.numbers('indices')]
    return (k) => [row[k], column[k]]
  },
  csc: (sparse) => {
    const [column, row] = [spread(sparse, sparse.cols, sparse.data.data.length), sparse.numbers('indices')]
    return (k) => [row[k], column[k]]
  },
  coo: ({ numbers }) => {
    const [row, column] = [numbers('row'), numbers('col')]
    return (k) => [row[k], column[k]]
  },
  dia: ({ numbers, data, rows, cols }) => {
    const [offsets, length] = [numbers('offsets'), data.shape[1]]
    // Entries of a diagonal that lie outside the matrix are there to fill up.
    return (k) => {
      const column = k % length
      const row = column - offsets[Math.floor(k / length)]
      return row >= 0 && row < rows && column < cols ? [row, column] : [-1, -1]
    }
  },
  bsr: (sparse) => {
    const [blocks, height, width] = sparse.data.shape
    const [row, column] = [spread(sparse, sparse.rows / height, blocks), sparse.numbers('indices')]
    return (k) => {
      const [block, i, j] = [Math.floor(k / (height * width)), Math.floor(k / width) % height, k % width]
      return [row[block] * height + i, column[block] * width + j]
    }
  },
}

/** Axes that the data of a format have. */
const axes: Readonly<Record<string, number>> = { dia: 2, bsr: 3 }

/**
 * The matrix of a `scipy.sparse.save_npz` archive (csr, csc, coo, dia or bsr) with its zeros; entries of one place add up.
 *
 * @throws FileError when it is no matrix; on reading, when an index lies outside of it
 */
export function sparseTensor(arrays: Arrays, file: string): StoredTensor {
  const fail = (key: string, problem: string): never => {
    throw new FileError(file, problem, key)
  }
  const entryOf = (key: string): ZipEntry =>
    arrays.get(key) ?? fail(key, 'expected this array of a sparse matrix, got an archive without it')
  const numbers = (key: string): TensorData => {
    const { data } = decodeNpy(entryOf(key).unpack(), file, key)
    return data.every(Number.isInteger) ? data : fail(key, 'expected whole numbers')
  }
  const format = npyText(entryOf('format').unpack(), file, 'format')
  const placed = Object.hasOwn(places, format) ? places[format] : undefined
  if (!placed) return fail('format', `expected ${Object.keys(places).join(', ')}, got '${format}'`)
  const shape = Array.from(numbers('shape'))
  const [rows, cols] = shape
  const count = shape.length === 2 ? elementCount(shape) : undefined
  if (count === undefined) fail('shape', `expected that of a matrix, got ${shapeText(shape)}`)
  const data = entryOf('data')
  const head = readNpyHeader(data.unpackStart(npyHeadBytes, false), file, 'data')
  const read = (): Tensor => {
    const sparse = { rows, cols, data: decodeNpy(data.unpack(), file, 'data'), numbers, fail }
    if (sparse.data.shape.length !== (axes[format] ?? 1))
      fail('data', `expected the data of ${format}, got another shape`)
    return { shape, data: dense(sparse, placed(sparse)) }
  }
  const packed = [...arrays.values()].reduce((sum, { size }) => sum + size, 0)
  return { type: head.description, shape, memory: 8 * count! + 4 * packed, read }
}

function dense({ rows, cols, data: { data }, fail }: Sparse, place: Place): TensorData {
  const result = new tensorTypes[tensorTypeOf(data)](rows * cols)
  const isWhole = !(data instanceof Float32Array || data instanceof Float64Array)
  for (let k = 0; k < data.length; k++) {
    const [row, column] = place(k)
    if (row === -1 && column === -1) continue
    if (!(row >= 0 && row < rows && column >= 0 && column < cols)) {
      fail('indices', `expected places within ${rows} × ${cols}, got row ${row}, column ${column} for entry ${k}`)
    }
    const [at, sum] = [row * cols + column, result[row * cols + column] + data[k]]
    result[at] = sum
    if (isWhole && result[at] !== sum) fail('data', `expected sums within the element type, got ${sum} at entry ${k}`)
  }
  return result
}
