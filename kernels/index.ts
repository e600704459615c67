// Every kernel that src/ may call: one file per idea. Pointers are byte addresses in the module's memory.

export { gemmF32, gemmF64, gemmWorkspace } from './gemm'
export { reflectorPanel, rotateRows, secularRoots, secularVectors, tridiagonalQr } from './eigen'

/** First byte after the kernels' own static data. */
export const heapBase: usize = __heap_base
