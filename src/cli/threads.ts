import { setDefaultKernels } from '../linalg/kernels.js'
import { startTeam } from '../node/team.js'

/**
 * From here on every computation of this process uses all cores. Called when the input has been checked, so that a refusal
 * starts no thread. Results are the same, to the last bit, with any number of threads.
 */
export function useAllCores(): void {
  setDefaultKernels(startTeam())
}
