/** All orders of n things. */
export function orders(n: number): Int32Array[] {
  const all = (k: number): number[][] =>
    k === 0
      ? [[]]
      : all(k - 1).flatMap((o) => Array.from({ length: k }, (_, at) => [...o.slice(0, at), k - 1, ...o.slice(at)]))
  return all(n).map((order) => Int32Array.from(order))
}
