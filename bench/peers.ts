import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Assignment, Contestant } from './contestant.js'
import { processContestant } from './process.js'

/** The two Python environments that bench/peers/install.sh makes. */
export type PeerEnvironment = 'numeric' | 'torch'

/** A peer of a case. */
export interface Peer {
  readonly name: string
  readonly environment: PeerEnvironment
  /** A file of bench/peers/tasks, without its ending. */
  readonly task: string
  /** What this peer computes in where that differs from the case's precision; the case may allow it a larger difference. */
  readonly precision?: 'f32' | 'f64'
}

const here = fileURLToPath(new URL('peers', import.meta.url))
/** Not part of the checkout: `npm ci` throws it away. */
const folder = fileURLToPath(new URL('../node_modules/.cache/limn-bench', import.meta.url))

/** Makes the Python environments unless they stand. Takes a minute or two the first time. */
export function installPeers(): void {
  execFileSync('bash', [join(here, 'install.sh'), folder], { stdio: ['ignore', 'inherit', 'inherit'] })
}

/** Settings that make a peer as fast as it can be on the given number of threads. */
function peerEnvironment(environment: PeerEnvironment, threads: number): NodeJS.ProcessEnv {
  const { LD_LIBRARY_PATH: libraries, ...rest } = process.env
  const count = String(threads)
  const blas = [join(folder, 'blas'), ...(libraries === undefined ? [] : [libraries])].join(':')
  return {
    ...rest,
    // These force OpenBLAS to kernels of other processors; unset, it chooses the best for this one.
    OPENBLAS_CORETYPE: undefined,
    OPENBLAS_L2_SIZE: undefined,
    ...(environment === 'torch'
      ? { LD_LIBRARY_PATH: blas }
      : libraries !== undefined && { LD_LIBRARY_PATH: libraries }),
    OMP_NUM_THREADS: count,
    // Backward passes run in a thread of their own with its own team; teams that spin while they wait starve each other.
    OMP_WAIT_POLICY: 'passive',
    OPENBLAS_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    NUMBA_NUM_THREADS: count,
    NPROC: count,
    XLA_FLAGS: `--xla_cpu_multi_thread_eigen=true intra_op_parallelism_threads=${count}`,
    JAX_PLATFORMS: 'cpu',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONWARNINGS: 'ignore',
  }
}

/** Starts a peer's process. A missing environment shows as a contestant that fails to load. */
export function startPeer({ name, environment, task, precision }: Peer, threads: number, scratch: string): Contestant {
  const python = join(folder, environment, 'bin', 'python')
  if (!existsSync(python)) return missingPeer(name, `no Python environment at ${python}; see bench/peers/install.sh`)
  const contestant = processContestant({
    name,
    command: python,
    args: [join(here, 'serve.py')],
    env: peerEnvironment(environment, threads),
    task,
    scratch,
  })
  if (precision === undefined) return contestant
  const load = (assignment: Assignment) =>
    contestant.load({ ...assignment, parameters: { ...assignment.parameters, bits: precision === 'f32' ? 32 : 64 } })
  return { ...contestant, load }
}

function missingPeer(name: string, problem: string): Contestant {
  const fail = () => Promise.reject(new Error(`${name}: ${problem}`))
  return { name, load: fail, run: fail, answer: fail, close: () => Promise.resolve() }
}
