import type { KernelExports } from './kernel-exports.generated.js'

export type { KernelExports } from './kernel-exports.generated.js'

/** A byte address in a kernel instance's memory, aligned to 64 bytes. */
export type Pointer = number

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
