import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Assignment, Contestant } from './contestant.js'
import { processContestant } from './process.js'

/** The environments that bench/peers/install.sh makes: two of Python, one of JavaScript libraries. */
export type PeerEnvironment = 'numeric' | 'torch' | 'javascript'

/** A peer of a case. */
export interface Peer {
  readonly name: string
  readonly environment: PeerEnvironment
  /** A file of bench/peers/tasks, without its ending; of JavaScript libraries, a line of bench/peers/javascript/tasks.ts. */
  readonly task: string
  /** What this peer computes in where that differs from the case's precision; the case may allow it a larger difference. */
  readonly precision?: 'f32' | 'f64'
  /** Timed and compared, but never the strongest peer: its answer has fewer digits than the case asks for. */
  readonly aside?: boolean
}

const here = fileURLToPath(new URL('peers', import.meta.url))
/** Not part of the checkout: `npm ci` throws it away. */
const folder = fileURLToPath(new URL('../node_modules/.cache/limn-bench', import.meta.url))

/** Makes the environments unless they stand. Takes a minute or two the first time. */
export function installPeers(): void {
  execFileSync('bash', [join(here, 'install.sh'), folder], { stdio: ['ignore', 'inherit', 'inherit'] })
}

/** Seconds that a peer may take for anything it is asked before it is left out. */
const patience = 240

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

/** How a peer's process is started; nothing when its environment is not there. */
function commandOf(environment: PeerEnvironment): { command: string; args: string[] } | undefined {
  if (environment === 'javascript') {
    if (!existsSync(join(folder, environment, 'load.mjs'))) return undefined
    return { command: process.execPath, args: ['--import', 'tsx', join(here, 'javascript', 'serve.ts')] }
  }
  const python = join(folder, environment, 'bin', 'python')
  return existsSync(python) ? { command: python, args: [join(here, 'serve.py')] } : undefined
}

/** Starts a peer's process. A missing environment shows as a contestant that fails to load. */
export function startPeer({ name, environment, task, precision }: Peer, threads: number, scratch: string): Contestant {
  const command = commandOf(environment)
  if (!command) return missingPeer(name, `no environment '${environment}' in ${folder}; see bench/peers/install.sh`)
  const contestant = processContestant({
    name,
    ...command,
    env: peerEnvironment(environment, threads),
    task,
    scratch,
    patience,
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
