import type { StudyConfig } from '../../study/schema.js'
import type { StudyData } from '../../study/study-data.js'
import { deriveSeed } from '../../study/networks.js'
import { loadData } from '../samples/load-data.js'

/**
 * Loads what a study's jobs use: samples for kernels and training, samples for scores, test samples.
 *
 * @throws FileError when the source is missing, broken, too small, or has no class labels
 */
export function loadStudyData({ seed, data, prune }: StudyConfig): StudyData {
  const { source, samples, testSamples, standardize } = data
  const common = { standardize, needLabels: true } as const
  const main = loadData(source, { ...common, samples, seed: deriveSeed(seed, 'data') })
  const scores =
    prune.samples === undefined || prune.samples === samples
      ? main
      : loadData(source, { ...common, samples: prune.samples, seed: deriveSeed(seed, 'prune-data') })
  const named = source === 'mnist'
  const test =
    testSamples > 0 && named
      ? loadData(source, { ...common, samples: testSamples, seed: deriveSeed(seed, 'test-data'), split: 'test' })
      : undefined
  return {
    name: main.name,
    x: main.x,
    labels: main.labels!,
    classes: main.classes!,
    pruneX: scores.x,
    pruneLabels: scores.labels!,
    ...(test?.labels && { test: { x: test.x, labels: test.labels } }),
  }
}
