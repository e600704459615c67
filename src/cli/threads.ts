import { setDefaultKernels } from '../linalg/kernels.js'
import { mayStartThreads, startTeam } from '../node/team/team.js'
import { say } from './output.js'

/**
 * From here on every computation of this process uses all cores. Called when the input has been checked, so that a refusal
 * starts no thread. Results are the same, to the last bit, with any number of threads; a process that may start none says
 * so and computes on its own.
 */
export function useAllCores(): void {
  if (!mayStartThreads()) {
    say('limn: one thread computes, as this process may start no others (node --permission without --allow-worker)')
    return
  }
  setDefaultKernels(startTeam())
}
