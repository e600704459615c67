import { namedDataset } from '../data/named.js'
import type { Matrix } from '../linalg/matrix.js'
import { hashNumbers } from './hash.js'
import { deriveSeed } from './seeds.js'
import type { OwnParts } from './own-modules.js'
import type { StudyConfig } from './schema.js'

/** The samples of a study as its jobs use them. */
export interface StudyData {
  readonly name: string
  /** `[N, d]`: for kernels and training. */
  readonly x: Matrix
  readonly labels: Int32Array
  readonly classes: number
  /** `[P, d]`: for data-dependent scores. */
  readonly pruneX: Matrix
  readonly pruneLabels: Int32Array
  readonly test?: { readonly x: Matrix; readonly labels: Int32Array }
  /** `[M, d]`: for the top of the spectrum on many samples, where the study asks for it. */
  readonly manyX?: Matrix
  /** What the modules define that the study names. */
  readonly own?: OwnParts
}

/** Samples with the labels that a study needs. */
export interface LabelledSamples {
  readonly name: string
  readonly x: Matrix
  readonly labels: Int32Array
  readonly classes: number
}

/** Which samples of a source a study asks for. */
export interface SampleRequest {
  readonly samples: number
  readonly seed: number
  readonly split: 'train' | 'test'
  readonly standardize: boolean
}

/** Gives the samples of a source: from files, from the network, from memory. */
export type LoadSamples = (source: string, request: SampleRequest) => LabelledSamples | Promise<LabelledSamples>

/** The samples of `spectrum.samples` as they are asked for; undefined without the section. */
export const manySamples = ({ seed, data, spectrum }: StudyConfig): SampleRequest | undefined =>
  spectrum && {
    samples: spectrum.samples,
    seed: deriveSeed(seed, 'spectrum-data'),
    split: 'train',
    standardize: data.standardize,
  }

/**
 * Loads what a study's jobs use: samples for kernels and training, samples for scores, test samples.
 *
 * @throws what `load` throws, when a source is missing, broken, too small, or has no class labels
 */
export async function loadStudyData(config: StudyConfig, load: LoadSamples): Promise<StudyData> {
  const { seed, data, prune } = config
  const { source, samples, testSamples, standardize } = data
  const request = { samples, seed: deriveSeed(seed, 'data'), split: 'train', standardize } as const
  const main = await load(source, request)
  const scores =
    prune.samples === undefined || prune.samples === samples
      ? main
      : await load(source, { ...request, samples: prune.samples, seed: deriveSeed(seed, 'prune-data') })
  const test =
    testSamples > 0 && namedDataset(source)?.hasTestSet
      ? await load(source, { ...request, samples: testSamples, seed: deriveSeed(seed, 'test-data'), split: 'test' })
      : undefined
  const asked = manySamples(config)
  const many = asked && (await load(source, asked))
  return {
    name: main.name,
    x: main.x,
    labels: main.labels,
    classes: main.classes,
    pruneX: scores.x,
    pruneLabels: scores.labels,
    ...(many && { manyX: many.x }),
    ...(test && { test: { x: test.x, labels: test.labels } }),
  }
}

/** A fingerprint of the samples of `spectrum.samples`, bit for bit; undefined without them. */
export const manyFingerprint = ({ manyX }: StudyData): string | undefined => manyX && hashNumbers(manyX.data)

/** A fingerprint of all other numbers that a study's jobs use, labels included, bit for bit. */
export function dataFingerprint({ x, labels, pruneX, pruneLabels, test }: StudyData): string {
  const parts = [x.data, labels, pruneX.data, pruneLabels, ...(test ? [test.x.data, test.labels] : [])]
  return parts.map((part) => hashNumbers(part instanceof Float64Array ? part : Float64Array.from(part))).join('-')
}
