import type { Kernels } from '../../src/linalg/kernels.js'
import { matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { randomStream } from '../../src/random/random.js'
import { randomChain, randomMatrix } from '../ntk/chains.js'

/** SHA-256 of an array's bytes. */
async function digest({ buffer, byteOffset, byteLength }: Float64Array): Promise<string> {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength).slice()
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A kernel, its spectrum and its eigenvectors, each to the last bit, and how often a team was called on the way. */
export interface Numbers {
  readonly build: string
  readonly threads: number
  readonly commands: number
  readonly ntk: string
  readonly eigenvalues: string
  readonly eigenvectors: string
}

/**
 * The same computation wherever it runs, large enough to be shared out. Its input comes from uniform numbers alone: engines
 * round Math.log and its like differently.
 */
export async function numbers(original: Kernels): Promise<Numbers> {
  let commands = 0
  const team = original.team && {
    threads: original.team.threads,
    run(...command: Parameters<NonNullable<Kernels['team']>['run']>): void {
      commands++
      original.team?.run(...command)
    },
  }
  const kernels: Kernels = { ...original, ...(team && { team }) }
  const chain = randomChain({ d: 40, bins: [13, 8, 9], classes: 2, seed: 2, energies: true })
  const n = 270
  const random = randomStream(1, 'samples')
  const { ntk } = graphonNtk(
    chain,
    randomMatrix(n, 40, () => random.uniform() - 0.5),
    { sigmaB2: 0.3, kernels },
  )
  const { values, vectors } = symmetricEigen(matrix(n, n, ntk.data.slice(0, n * n)), { kernels })
  return {
    build: kernels.build,
    threads: kernels.team?.threads ?? 1,
    commands,
    ntk: await digest(ntk.data),
    eigenvalues: await digest(values),
    eigenvectors: await digest(vectors?.data ?? new Float64Array(0)),
  }
}
