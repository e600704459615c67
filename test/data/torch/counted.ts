/** Typed arrays that take memory of their own; those over a buffer that is there do not. */
const names = [
  'Uint8Array',
  'Int8Array',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const

/**
 * From now on, in this thread, counts the bytes of all typed arrays that are made. To be called before what is to be counted is
 * imported.
 *
 * @returns a function that gives the bytes since it was last called
 */
export function countBytes(): () => number {
  let bytes = 0
  for (const name of names) {
    const construct = (target: new () => object, args: unknown[], newTarget: new () => object): object => {
      const made = Reflect.construct<unknown[], Uint8Array>(target as new () => Uint8Array, args, newTarget)
      if (!(args[0] instanceof ArrayBuffer)) bytes += made.byteLength
      return made
    }
    Object.assign(globalThis, { [name]: new Proxy(globalThis[name], { construct }) })
  }
  return () => {
    const before = bytes
    bytes = 0
    return before
  }
}
