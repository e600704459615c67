import type { Team } from './team.js'
import { sharedWasmBase64, wasmBase64 } from './wasm.generated.js'

/** The two builds of the same kernels: baseline SIMD, and relaxed SIMD with fused multiply-add. */
export type KernelBuild = keyof typeof wasmBase64

export const kernelBuilds = Object.keys(wasmBase64) as readonly KernelBuild[]

/** A byte address in a kernel instance's memory, aligned to 64 bytes. */
export type Pointer = number

/** The functions exported by kernels/index.ts. All numbers are byte addresses, counts, or scalars; flags are 0 or 1. */
export type KernelExports = Readonly<Record<string, (...args: number[]) => number>>

/** One instance of the kernels: its own memory, or one that it shares with the instances of its team's threads. */
export interface Kernels {
  readonly build: KernelBuild
  readonly call: KernelExports
  readonly memory: WebAssembly.Memory
  /** First free byte; everything above it is scratch. Managed by {@link withScratch}. */
  top: number
  /** Threads that compute beside the calling one; see {@link parallel}. */
  readonly team?: Team
}

/** Scratch memory of one {@link withScratch} call. Views are valid until the next allocation, so allocate first, then view. */
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
const memoryLimit = 65536 * pageSize

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** Node 20 knows relaxed SIMD but hides it behind a flag; later versions and browsers need nothing. */
function enableRelaxedSimd(): void {
  const node = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process
  const v8 = node?.getBuiltinModule?.('node:v8') as { setFlagsFromString(flag: string): void } | undefined
  v8?.setFlagsFromString('--experimental-wasm-relaxed-simd')
}

const binaries = { own: wasmBase64, shared: sharedWasmBase64 } as const
const modules = new Map<string, WebAssembly.Module>()

function compile(build: KernelBuild, memory: keyof typeof binaries): WebAssembly.Module {
  const key = `${build} ${memory}`
  let module = modules.get(key)
  if (!module) {
    module = new WebAssembly.Module(decodeBase64(binaries[memory][build]))
    modules.set(key, module)
  }
  return module
}

/** The builds this machine can run, best first. */
export function supportedKernelBuilds(): KernelBuild[] {
  enableRelaxedSimd()
  const best: KernelBuild[] = ['relaxed-simd', 'simd']
  return best.filter((build) => WebAssembly.validate(decodeBase64(wasmBase64[build])))
}

function chooseBuild(build: KernelBuild | undefined): KernelBuild {
  const supported = supportedKernelBuilds()
  const chosen = build ?? supported[0]
  if (!supported.includes(chosen)) {
    throw new Error(`loadKernels: this engine cannot run WebAssembly with ${chosen}; use Node 20 or a current browser`)
  }
  return chosen
}

interface Instance {
  readonly call: KernelExports
  readonly memory: WebAssembly.Memory
  readonly heapBase: number
}

/** An instance of a compiled build; `memory` where the build imports one. */
export function instantiate(module: WebAssembly.Module, memory?: WebAssembly.Memory): Instance {
  const abort = (): never => {
    throw new Error('kernel aborted')
  }
  const instance = new WebAssembly.Instance(module, { env: { abort, ...(memory && { memory }) } })
  const {
    memory: exported,
    heapBase,
    ...call
  } = instance.exports as unknown as KernelExports & {
    memory: WebAssembly.Memory
    heapBase: WebAssembly.Global<'i32'>
  }
  return { call, memory: exported, heapBase: heapBase.value }
}

/**
 * Makes a fresh kernel instance with its own memory.
 *
 * @param build which build; default: the best one this machine supports
 * @throws Error when the machine supports no build (no WebAssembly SIMD)
 */
export function loadKernels(build?: KernelBuild): Kernels {
  const chosen = chooseBuild(build)
  const { call, memory, heapBase } = instantiate(compile(chosen, 'own'))
  return { build: chosen, call, memory, top: heapBase }
}

/**
 * Makes a kernel instance whose memory other threads can share, and the module that they instantiate over it.
 *
 * @param build which build; default: the best one this machine supports
 * @throws Error when the engine has no WebAssembly SIMD, or no shared memory (a browser page that is not cross-origin isolated)
 */
export function loadSharedKernels(build?: KernelBuild): { kernels: Kernels; module: WebAssembly.Module } {
  const chosen = chooseBuild(build)
  if (typeof SharedArrayBuffer === 'undefined') {
    throw new Error('loadSharedKernels: this page cannot share memory between threads; serve it cross-origin isolated')
  }
  const module = compile(chosen, 'shared')
  const shared = new WebAssembly.Memory({ initial: 1, maximum: memoryLimit / pageSize, shared: true })
  const { call, memory, heapBase } = instantiate(module, shared)
  return { kernels: { build: chosen, call, memory, top: heapBase }, module }
}

let threadKernels: Kernels | undefined

/** The kernel instance of this thread, made on first use. */
export function defaultKernels(): Kernels {
  threadKernels ??= loadKernels()
  return threadKernels
}

/** Makes `kernels`, for example a team's, the instance that functions of this thread use when they are given none. */
export function setDefaultKernels(kernels: Kernels): void {
  threadKernels = kernels
}

function ensure(kernels: Kernels, end: number): void {
  const { memory } = kernels
  const missing = end - memory.buffer.byteLength
  if (missing <= 0) return
  const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`
  if (end > memoryLimit) {
    throw new RangeError(
      `kernel memory: this computation needs ${mib(end)}, a WebAssembly instance holds at most ${mib(memoryLimit)}; use fewer samples, bins or units`,
    )
  }
  try {
    memory.grow(Math.ceil(missing / pageSize))
  } catch {
    throw new RangeError(`kernel memory: could not get ${mib(end)} from the system; use fewer samples, bins or units`)
  }
}

/** Reserves `bytes` bytes, aligned to 64, for as long as the instance lives or until an enclosing {@link withScratch} ends. */
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
