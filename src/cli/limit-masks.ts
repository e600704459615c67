import { encodeChain } from '../graphon/chain/chain-file.js'
import { predictions } from '../graphon/limits/predictions.js'
import { pathWarnings } from '../network/paths.js'
import { writeAtomic } from '../node/files/files.js'
import {
  closedFormOf,
  compareClosedForm,
  knownOf,
  type MatrixAgreement,
  type PrunedWith,
} from '../node/limits/closed-form.js'
import { readMadeMasks, requireClosedForm, type MadeMasksOptions } from '../node/limits/made-masks.js'
import { version } from '../version.js'
import { requireDestination } from './destination.js'
import { between, ofDensity } from './figures.js'
import type { Facts } from './limits.js'
import { print, printJson, say, short } from './output.js'
import { sayReading } from './reading-lines.js'
import { useAllCores } from './threads.js'
import { sayAll } from './warnings.js'

export interface MaskFlags extends MadeMasksOptions, PrunedWith {
  readonly bins: number
  readonly out?: string
  readonly force?: boolean
  readonly json?: boolean
}

function printMatrix({ matrix, shape, cut, ...found }: MatrixAgreement): void {
  const { predictedDensity, density: measured, distance, floor, structure, explained } = found
  print(
    `matrix ${matrix}  ${shape.join(' × ')}  density predicted ${short(predictedDensity)}, found ${short(measured)}`,
  )
  const share = explained === null ? 'no structure beyond noise' : `${short(100 * explained)} % of it explained`
  print(
    `  L² distance ${ofDensity(distance)}, noise floor ${ofDensity(floor)}; structure ${ofDensity(structure)}, ${share}`,
  )
  print(`  cut norm of the difference ${cut.exact ? ofDensity(cut.upper) : between(cut.lower, cut.upper)}`)
}

/**
 * Puts the closed form of a method beside the masks that it made.
 *
 * @param check refuses options without effect, once the file is read
 */
export function limitOfMasks(file: string, flags: MaskFlags, check: (facts: Facts) => void): void {
  const { bins, out, json } = flags
  const masks = readMadeMasks(file, flags)
  const { checkpoint, before, method, scope, density } = masks
  const bare = [checkpoint, before?.checkpoint].some((read) => read?.reading.zeros !== undefined)
  check({ file, method, scope, bare })
  requireClosedForm(masks)
  if (out !== undefined) {
    requireDestination({ command: 'limit', kind: 'chain', inputs: [file, flags.weights, flags.data], ...flags, out })
  }
  const form = closedFormOf(masks, flags)
  form.notes.forEach(say)
  const use = { computes: form.batch !== undefined && !knownOf(masks).activation }
  sayReading(file, checkpoint, flags, before ? {} : use)
  if (before) sayReading(before.file, before.checkpoint, flags, use)
  sayAll(pathWarnings(checkpoint.masks))
  useAllCores()
  const { chain, matrices } = compareClosedForm(form, bins)
  if (out !== undefined) writeAtomic(out, encodeChain(chain, { limn: version }))
  const { summary, isOfMethod } = predictions[method]
  if (json) {
    printJson({ method, scope, density, form: summary, isOfMethod, bins, matrices })
    return
  }
  print(`${method}, density ${short(density)}, ${scope} scope: ${summary}`)
  matrices.forEach(printMatrix)
  if (out !== undefined) print(`the closed form, binned as the estimate → ${out}`)
}
