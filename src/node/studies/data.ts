import type { LoadSamples } from '../../study/study-data.js'
import { loadData } from '../samples/load-data.js'

/**
 * The samples of a study, from files of this machine.
 *
 * @throws FileError when the source is missing, broken, too small, or has no class labels
 */
export const loadStudySamples: LoadSamples = (source, request) => {
  const { name, x, labels, classes } = loadData(source, { ...request, needLabels: true })
  return { name, x, labels, classes }
}
