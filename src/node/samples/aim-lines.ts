import type { Dataset } from '../../data/dataset.js'
import type { Aim } from '../../data/targets.js'

/** How the y of a file was read; of labels that can be nothing else only that some classes are missing. */
export function aimLines({ name, classes }: Dataset, { labels, reading }: Aim): string[] {
  const missing = labels !== undefined && new Set(labels).size < classes!
  return /\.npz$/i.test(name) || missing ? [`${name}: y read as ${reading}`] : []
}
