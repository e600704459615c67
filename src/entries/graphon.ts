// Questions to masks and graphons: how a network's masks are built, how far two graphons are apart, whether masks of growing
// width have one, how often subgraphs occur, how well estimators find known ones, and what theory says that pruning converges
// to. It runs in Node and in browsers.

// The structure of masks
export type { BoundDifferenceValues } from '../network/structure/bound-difference.js'
export { maskChain, type MaskChain, type MaskChainOptions } from '../network/structure/chain.js'
export type { CollapseValues } from '../network/structure/collapse.js'
export type { DeadUnitsAbove, DeadUnitsNetwork } from '../network/structure/dead-units.js'
export type { DegreeStatistics } from '../network/structure/degree-statistics.js'
export type { DensityValues } from '../network/structure/densities.js'
export type { EffectiveDensityValues } from '../network/structure/effective-density.js'
export type { EffectivePart } from '../network/structure/effective-part.js'
export type { EffectiveUnitsAbove, EffectiveUnitsNetwork } from '../network/structure/effective-units.js'
export type { LeadingPair } from '../network/structure/leading-pair.js'
export type { Measured, NoValues, StructureMetric, StructureValues } from '../network/structure/metric.js'
export {
  measureStructure,
  missingStructure,
  structureMetrics,
  type StructureMeasurements,
  type StructureMetricChoice,
  type StructureMetricName,
} from '../network/structure/metrics.js'
export type { PathValues } from '../network/structure/paths.js'
export type { RamanujanValues } from '../network/structure/ramanujan.js'
export type { RegularityValues } from '../network/structure/regularity.js'
export type { SingularValues } from '../network/structure/singular-values.js'

// Distances between chains, and convergence
export {
  convergence,
  type Floor,
  type MatrixConvergence,
  type WidthDistances,
  type WidthEstimate,
} from '../graphon/convergence/convergence.js'
export {
  testLimit,
  type LadderRung,
  type LayerTest,
  type LimitTestOptions,
  type Observed,
  type ShapeChange,
  type Spread,
  type Structure,
} from '../graphon/convergence/limit-test/limit-test.js'
export type { ShapeTrend } from '../graphon/convergence/limit-test/shape-trend.js'
export type { Estimate } from '../graphon/convergence/limit-test/statistics.js'
export type { Trend } from '../graphon/convergence/limit-test/trend.js'
export type {
  ChangeFit,
  Interval,
  PowerLaw,
  PowerLawFit,
  RateEvidence,
} from '../graphon/convergence/limit-test/power-law.js'
export type { Judgement, Verdict } from '../graphon/convergence/limit-test/verdict.js'
export {
  erdosRenyiChain,
  erdosRenyiFloor,
  type ErdosRenyiOptions,
  type FloorOptions,
} from '../graphon/convergence/noise.js'
export { distanceChains } from '../graphon/distances/chains.js'
export { distance, type DistanceOptions, type DistanceResult } from '../graphon/distances/distance.js'
export type { NormBounds, NormOptions, Witness } from '../graphon/distances/norm.js'
export { normNames, type NormName } from '../graphon/distances/norms.js'
export {
  relabelledChains,
  relabelledDistance,
  type ActiveBounds,
  type CouplingList,
  type MatrixMeasures,
  type RelabelInfo,
  type RelabelledResult,
  type RelabelOptions,
} from '../graphon/distances/relabel/relabel.js'
export { splitHalf } from '../graphon/distances/split-half.js'

// Motifs
export {
  motifReport,
  motifTable,
  type MotifComparison,
  type MotifReport,
  type MotifRow,
  type MotifTableOptions,
} from '../graphon/motifs/motif-report.js'
export {
  countingBound,
  injectiveMotifDensities,
  motifDensities,
  motifNames,
  pathDensities,
  type InjectiveMotif,
  type MotifName,
  type MotifOptions,
  type PathName,
} from '../graphon/motifs/motifs.js'

// What is left of chance in an estimate
export {
  assessChain,
  type Assessment,
  type AssessOptions,
  type Fit,
  type NoiseFloor,
  type Risk,
} from '../graphon/estimate/assess.js'
export { assessMatrix } from '../graphon/estimate/estimate-matrix.js'

// Known graphons, and how well estimators find them
export type { ReferenceGraphon } from '../graphon/sample/references/reference.js'
export { referenceNames, references, type ReferenceName } from '../graphon/sample/references/references.js'
export {
  simulateEstimators,
  type SimulatedEstimator,
  type SimulatedPoint,
  type SimulateOptions,
} from '../graphon/estimate/simulate.js'

// Limits in closed form
export { constantLimitChain, type ConstantLimit, type LimitOptions } from '../graphon/limits/closed-form.js'
export { closedForms, type ClosedForm } from '../graphon/limits/closed-forms.js'
export {
  compareWithEstimate,
  type CompareOptions,
  type Comparison,
  type LimitAgreement,
} from '../graphon/limits/compare.js'
export { magnitudeLimit, magnitudeWidthLimit, type MagnitudeLimit } from '../graphon/limits/magnitude.js'
export { predictedMethods, predictMasks, type Predict, type PredictionInput } from '../graphon/limits/predictions.js'
export { snipProfiles, synflowProfiles, type Profile } from '../graphon/limits/profiles.js'
export type { RankOne } from '../graphon/limits/rank-one.js'
export { randomLimit } from '../graphon/limits/random.js'
export { saliencyLimit, type SaliencyLimit } from '../graphon/limits/saliency.js'
