import { matrix, type Matrix } from '../../linalg/matrix.js'
import type { Network } from '../../network/network.js'
import { NumbersError } from '../../numbers-error.js'

/**
 * Weight energies M·w² of every matrix, entry by entry, in units where an unpruned weight has energy 1 on average:
 *
 *     ntk       V_ij = M_ij w_ij²
 *     standard  V_ij = M_ij n_in W_ij² / σ_w²
 *
 * Both equal n_in · M · w_eff² / σ_w² with the effective weight w_eff, so a network has the same energies whichever way
 * it is stored. Averaged over bins they are the energy graphon V of a chain.
 *
 * @returns L + 1 matrices `[out, in]`
 * @throws RangeError when a surviving weight is not finite, a weight array has the wrong length, or σ_w² is not positive in standard parameterisation
 *
 * @example
 * import { createMask, createNetwork, createSpec, weightEnergies } from 'limn'
 *
 * const network = createNetwork(createSpec({ sizes: [2, 1] }), [
 *   { weight: Float64Array.of(3, 2), mask: createMask(1, 2, Uint8Array.of(1, 0)) },
 * ])
 * console.log(weightEnergies(network)[0].data) // Float64Array(2) [ 9, 0 ]
 */
export function weightEnergies({ spec, layers }: Network): Matrix[] {
  return layers.map(({ weight, mask }, index) => {
    const { rows, cols, data } = mask
    if (weight.length !== data.length) {
      throw new NumbersError(
        `weightEnergies: expected ${data.length} weights in matrix ${index + 1}, got ${weight.length}`,
      )
    }
    const sigmaW2 = spec.sigmaW2[index]
    const standard = spec.parameterization === 'standard'
    if (standard && !(sigmaW2 > 0 && Number.isFinite(sigmaW2))) {
      throw new NumbersError(`weightEnergies: expected a positive σ_w² for matrix ${index + 1}, got ${sigmaW2}`)
    }
    const unit = standard ? cols / sigmaW2 : 1
    const energies = new Float64Array(data.length)
    for (let k = 0; k < data.length; k++) {
      if (data[k] === 0) continue
      const energy = unit * weight[k] * weight[k]
      if (!(energy <= Number.MAX_VALUE)) {
        const where = `row ${Math.floor(k / cols)}, column ${k % cols} of matrix ${index + 1}`
        throw new NumbersError(`weightEnergies: expected a weight with a finite square, got ${weight[k]} at ${where}`)
      }
      energies[k] = energy
    }
    return matrix(rows, cols, energies)
  })
}
