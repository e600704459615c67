import { createHash } from 'node:crypto'
import type { Matrix } from '../../linalg/matrix.js'
import type { Network } from '../../network/network.js'

/** Node's hashes take at most 2 GiB at a time. */
const hashedAtOnce = 2 ** 30

/** A fingerprint of shapes and values, bit for bit: the first 32 digits of a SHA-256. */
export function fingerprint(...parts: readonly (Matrix | Float64Array | Uint8Array | string)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    if (typeof part === 'string') hash.update(`text ${part.length} `).update(part)
    else {
      const { shape, data } = ArrayBuffer.isView(part)
        ? { shape: `${part.length}`, data: part }
        : { shape: `${part.rows} × ${part.cols}`, data: part.data }
      hash.update(`${shape} `)
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      for (let at = 0; at < bytes.length; at += hashedAtOnce) hash.update(bytes.subarray(at, at + hashedAtOnce))
    }
  }
  return hash.digest('hex').slice(0, 32)
}

/** {@link fingerprint} of a network: its specification, masks, weights and biases. */
export function networkFingerprint({ spec, layers }: Network): string {
  const parts = layers.flatMap(({ weight, mask, bias }) => [mask.data, weight, bias ?? 'no bias'])
  return fingerprint(JSON.stringify(spec), ...parts)
}
