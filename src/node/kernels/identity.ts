import { supportedKernelBuilds } from '../../linalg/kernels.js'
import { wasmBytes } from '../../linalg/wasm.js'
import { version } from '../../version.js'
import { fingerprint } from '../files/fingerprint.js'
import type { Identity } from './partial-journal.js'

/** What computes: two versions, and the two builds of the kernels, round differently. */
export function kernelsIdentity(): Identity {
  const [build] = supportedKernelBuilds()
  return { limn: version, kernels: `${build} ${fingerprint(Buffer.from(wasmBytes({ level: build, memory: 'shared' })).toString('base64'))}` }
}
