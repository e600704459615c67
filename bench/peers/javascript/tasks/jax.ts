import { importLibrary } from '../libraries.js'

/** An array whose memory is counted: an operation consumes its operands, `ref` keeps one for later. */
export interface JaxArray {
  readonly ref: JaxArray
  add(other: JaxArray | number): JaxArray
  sub(other: JaxArray | number): JaxArray
  mul(other: JaxArray | number): JaxArray
  div(other: JaxArray | number): JaxArray
  reshape(shape: readonly number[]): JaxArray
  transpose(): JaxArray
  data(): Promise<Float32Array | Float64Array>
  blockUntilReady(): Promise<JaxArray>
  dispose(): void
}

export interface Jax {
  init(device: string): Promise<unknown>
  defaultDevice(device: string): void
  jit<Args extends readonly unknown[], Result>(f: (...args: Args) => Result): (...args: Args) => Result
  grad(
    f: (weights: JaxArray[], ...rest: JaxArray[]) => JaxArray,
  ): (weights: JaxArray[], ...rest: JaxArray[]) => JaxArray[]
  readonly nn: { relu(x: JaxArray): JaxArray; logSoftmax(x: JaxArray): JaxArray }
  readonly numpy: {
    readonly float32: string
    readonly float64: string
    readonly linalg: { eigh(a: JaxArray): [JaxArray, JaxArray] }
    array(data: Float32Array | Float64Array, options?: object): JaxArray
    matmul(a: JaxArray, b: JaxArray): JaxArray
    arccos(x: JaxArray): JaxArray
    sqrt(x: JaxArray): JaxArray
    clip(x: JaxArray, least: number, most: number): JaxArray
    sum(x: JaxArray, axis?: number): JaxArray
  }
}

/** The library on its WebAssembly backend: one thread, 128-bit vectors. */
export async function openJax(): Promise<Jax> {
  // It names this type, which Node has from version 24 on; nothing here is of the type.
  const globals = globalThis as { Float16Array?: unknown }
  globals.Float16Array ??= Int16Array
  const jax = await importLibrary<Jax>('@jax-js/jax')
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  return jax
}
