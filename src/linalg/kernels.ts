import { instantiate, type KernelExports, type Pointer } from './instance.js'
import type { Team } from './steps.js'
import { wasmBytes, type WasmBuild } from './wasm.js'

export type { KernelExports, Pointer } from './instance.js'

/** The two builds of the same kernels: baseline SIMD, and relaxed SIMD with fused multiply-add. */
export type KernelBuild = 'simd' | 'relaxed-simd'

export const kernelBuilds: readonly KernelBuild[] = ['simd', 'relaxed-simd']

/** One instance of the kernels: its own memory, or one that it shares with the instances of its team's threads. */
export interface Kernels {
  readonly build: KernelBuild
  readonly call: KernelExports
  readonly memory: WebAssembly.Memory
  /** Bytes to which the memory can grow at most. */
  readonly maximumMemory: number
  /** First free byte; everything above it is scratch. Managed by `withScratch`. */
  top: number
  /** Threads that compute beside the calling one; see `parallel`. */
  readonly team?: Team
}

/** Scratch memory of one `withScratch` call. Views are valid until the next allocation, so allocate first, then view. */
export interface Scratch {
  /** Reserves `bytes` bytes of uninitialised memory and returns its address. */
  alloc(bytes: number): Pointer
  /** Reserves memory for the array's contents, copies them, and returns the address. */
  put(array: Float64Array | Float32Array | Int32Array | Uint8Array): Pointer
  f64(at: Pointer, length: number): Float64Array
  f32(at: Pointer, length: number): Float32Array
  i32(at: Pointer, length: number): Int32Array
  u8(at: Pointer, length: number): Uint8Array
}

const alignment = 64
const pageSize = 65536
/** Addresses are 32 bits wide. */
const addressable = 65536 * pageSize
/** Shared memory that could grow to less than this is of no use. */
const leastShared = 2 ** 28

const runs = (build: KernelBuild): boolean => WebAssembly.validate(wasmBytes({ level: build, memory: 'own' }))

/** Node 20 knows relaxed SIMD but hides it behind a flag; later versions, which know no such flag, and browsers need nothing. */
function enableRelaxedSimd(): void {
  if (runs('relaxed-simd')) return
  const node = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process
  const v8 = node?.getBuiltinModule?.('node:v8') as { setFlagsFromString(flag: string): void } | undefined
  v8?.setFlagsFromString('--experimental-wasm-relaxed-simd')
}

const modules = new Map<string, WebAssembly.Module>()

function compile(build: KernelBuild, memory: WasmBuild['memory']): WebAssembly.Module {
  const key = `${build} ${memory}`
  let module = modules.get(key)
  if (!module) {
    module = new WebAssembly.Module(wasmBytes({ level: build, memory }))
    modules.set(key, module)
  }
  return module
}

/**
 * The builds this machine can run, best first.
 *
 * @example
 * import { supportedKernelBuilds } from 'limn/linalg'
 *
 * console.log(supportedKernelBuilds().includes('simd')) // true
 */
export function supportedKernelBuilds(): KernelBuild[] {
  enableRelaxedSimd()
  const best: KernelBuild[] = ['relaxed-simd', 'simd']
  return best.filter(runs)
}

function chooseBuild(build: KernelBuild | undefined): KernelBuild {
  const supported = supportedKernelBuilds()
  const chosen = build ?? supported[0]
  if (!supported.includes(chosen)) {
    throw new Error(`loadKernels: this engine cannot run WebAssembly with ${chosen}; use Node 20 or a current browser`)
  }
  return chosen
}

function requireMaximum(caller: string, maximumMemory: number): void {
  if (!(maximumMemory > 0 && maximumMemory <= addressable)) {
    throw new RangeError(`${caller}: expected maximumMemory in (0, ${addressable}] bytes, got ${maximumMemory}`)
  }
}

/**
 * Makes a memory or an instance that has one. Engines set aside 8 GiB of addresses for each, so that no access needs a
 * check; a limit of the address space then leaves too few, however little memory is used.
 */
function withAddresses<Result>(make: () => Result): Result {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new RangeError(
      'kernel memory: expected addresses for a WebAssembly memory, got none from the system (a limit such as ulimit -v?); raise the limit, or start node with --disable-wasm-trap-handler, also as NODE_OPTIONS=--disable-wasm-trap-handler',
    )
  }
}

/**
 * Makes a fresh kernel instance with its own memory.
 *
 * @param build which build; default: the best one this machine supports
 * @param maximumMemory bytes to which the memory may grow; default 4 GiB, the most that a WebAssembly instance can address
 * @throws RangeError when `maximumMemory` is not in (0, 4 GiB], or the system gives no addresses for a memory
 * @throws Error when the machine supports no build (no WebAssembly SIMD)
 *
 * @example
 * import { constantChain, graphonNtk, loadKernels, matrixOf } from 'limn'
 *
 * // A memory of its own, of 256 MiB at most, for one computation.
 * const kernels = loadKernels('simd', 2 ** 28)
 * const chain = constantChain({ inputs: 2, classes: 1, hidden: [1] }, 0.5)
 * console.log(kernels.build, graphonNtk(chain, matrixOf([[1, 1]]), { kernels }).ntk.data[0].toFixed(4))
 * // simd 0.2500
 */
export function loadKernels(build?: KernelBuild, maximumMemory = addressable): Kernels {
  requireMaximum('loadKernels', maximumMemory)
  const chosen = chooseBuild(build)
  const { call, memory, heapBase } = withAddresses(() => instantiate(compile(chosen, 'own')))
  return { build: chosen, call, memory, maximumMemory, top: heapBase }
}

/** Memory whose address range is set aside at once: where the whole range cannot be had (32-bit browsers), as much as can. */
function sharedMemory(pages: number): { memory: WebAssembly.Memory; pages: number } {
  try {
    return { memory: new WebAssembly.Memory({ initial: 1, maximum: pages, shared: true }), pages }
  } catch (error) {
    if (pages * pageSize <= leastShared) throw error
    return sharedMemory(Math.ceil(pages / 2))
  }
}

/**
 * Makes a kernel instance whose memory other threads can share, and the module that they instantiate over it.
 *
 * @param build which build; default: the best one this machine supports
 * @param maximumMemory bytes to which the memory may grow; default 4 GiB, the most that a WebAssembly instance can address
 * @throws RangeError when `maximumMemory` is not in (0, 4 GiB], or not even 256 MiB of address range can be had
 * @throws Error when the engine has no WebAssembly SIMD, or no shared memory (a browser page that is not cross-origin isolated)
 */
export function loadSharedKernels(
  build?: KernelBuild,
  maximumMemory = addressable,
): { kernels: Kernels; module: WebAssembly.Module } {
  requireMaximum('loadSharedKernels', maximumMemory)
  const chosen = chooseBuild(build)
  if (typeof SharedArrayBuffer === 'undefined') {
    throw new Error('loadSharedKernels: this page cannot share memory between threads; serve it cross-origin isolated')
  }
  const module = compile(chosen, 'shared')
  const { memory: shared, pages } = withAddresses(() => sharedMemory(Math.ceil(maximumMemory / pageSize)))
  const { call, memory, heapBase } = withAddresses(() => instantiate(module, shared))
  return { kernels: { build: chosen, call, memory, maximumMemory: pages * pageSize, top: heapBase }, module }
}

let threadKernels: Kernels | undefined

/**
 * The kernel instance of this thread, made on first use.
 *
 * @example
 * import { defaultKernels } from 'limn/linalg'
 *
 * console.log(defaultKernels() === defaultKernels()) // true
 */
export function defaultKernels(): Kernels {
  threadKernels ??= loadKernels()
  return threadKernels
}

/**
 * Makes `kernels`, for example a team's, the instance that functions of this thread use when they are given none.
 *
 * @example
 * import { defaultKernels, loadKernels, setDefaultKernels } from 'limn/linalg'
 *
 * const kernels = loadKernels()
 * setDefaultKernels(kernels)
 * console.log(defaultKernels() === kernels) // true
 */
export function setDefaultKernels(kernels: Kernels): void {
  threadKernels = kernels
}

const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`
const remedy = 'use fewer samples, bins or units, or a smaller bound of working memory (--memory)'

function ensure({ memory, maximumMemory }: Kernels, end: number): void {
  const { byteLength } = memory.buffer
  const missing = end - byteLength
  if (missing <= 0) return
  if (!(end <= maximumMemory)) {
    throw new RangeError(
      `kernel memory: this computation needs ${mib(end)}, this instance can hold at most ${mib(maximumMemory)}; ${remedy}`,
    )
  }
  try {
    memory.grow(Math.ceil(missing / pageSize))
  } catch {
    throw new RangeError(
      `kernel memory: this computation needs ${mib(end)}, the system does not let ${mib(byteLength)} grow so far; ${remedy}`,
    )
  }
}

/** Reserves `bytes` bytes, aligned to 64, for as long as the instance lives or until an enclosing `withScratch` ends. */
export function reserve(kernels: Kernels, bytes: number): Pointer {
  const at = Math.ceil(kernels.top / alignment) * alignment
  ensure(kernels, at + bytes)
  kernels.top = at + bytes
  return at
}

/**
 * Runs `body` with scratch memory that is released when it returns or throws. Calls nest.
 *
 * @param body must not keep addresses or views after it returns, and must be synchronous
 * @throws RangeError when the memory cannot be had; the message names the size
 */
export function withScratch<Result>(kernels: Kernels, body: (scratch: Scratch) => Result): Result {
  const mark = kernels.top
  const alloc = (bytes: number): Pointer => reserve(kernels, bytes)
  const scratch: Scratch = {
    alloc,
    put(array) {
      const at = alloc(array.byteLength)
      new Uint8Array(kernels.memory.buffer, at, array.byteLength).set(
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
      )
      return at
    },
    f64: (at, length) => new Float64Array(kernels.memory.buffer, at, length),
    f32: (at, length) => new Float32Array(kernels.memory.buffer, at, length),
    i32: (at, length) => new Int32Array(kernels.memory.buffer, at, length),
    u8: (at, length) => new Uint8Array(kernels.memory.buffer, at, length),
  }
  try {
    return body(scratch)
  } finally {
    kernels.top = mark
  }
}
