import type { Compare } from '../compare.js'
import type { Parameters } from '../contestant.js'
import type { LeastWork } from '../bound.js'
import type { TaskName } from '../limn/tasks.js'
import type { Peer } from '../peers.js'

/** One piece of work that limn and its peers do. */
export interface Case {
  readonly title: string
  /** limn's side. */
  readonly task: TaskName
  /** Compiled ones first: a warm-up that takes much longer than the best time so far ends a peer's chances. */
  readonly peers: readonly Peer[]
  readonly parameters: Parameters
  /** Smaller sizes for `--quick`, laid over `parameters`. */
  readonly quick: Parameters
  /** What the warm-up does differently, where a whole run is long. */
  readonly warmUp?: Parameters
  /** Turns of each side, where they are fewer than usual because runs are long. */
  readonly turns?: number
  /** Writes the inputs that both sides read. */
  readonly prepare: (folder: string, parameters: Parameters) => void
  readonly compare: (parameters: Parameters, peer: Peer) => Compare
  /** The ratio that limn should reach at least; absent where none is stated. */
  readonly floor?: number
  /** Arithmetic that the work needs when nothing but symmetry and sparsity is exploited; absent where counting it says nothing. */
  readonly flops?: (parameters: Parameters) => number
  /** What any program has to do for the answer: where the bound of the case comes from. `folder` holds the inputs. */
  readonly least?: (parameters: Parameters, folder: string) => LeastWork
  /** What limn computes in, and whose peak its speed is compared with. */
  readonly precision: 'f32' | 'f64'
}
