// The pipeline: data, networks and their pruning, graphon chains, limit and empirical kernels, spectra, predicted and measured
// training. It runs in Node and in browsers. What graphons are asked (how far apart they are, whether masks have one, what
// theory says of it) is in limn/graphon, matrices and kernels in limn/linalg, studies in limn/study, figures in limn/plot, and what
// needs a machine in limn/node.

export { NumbersError } from './numbers-error.js'
export { version } from './version.js'
export { matrix, matrixOf, type Matrix } from './linalg/matrix.js'
export { loadKernels, type Kernels } from './linalg/kernels.js'
export { permutation, randomStream, type RandomStream, type SeedPart } from './random/random.js'

// Data
export { readTensors } from './data/archives.js'
export type { ByteSource } from './data/byte-source.js'
export { classBalanced } from './data/class-balanced.js'
export type { Dataset, LabelledDataset } from './data/dataset.js'
export type { ElementType } from './data/elements.js'
export { FileError } from './data/file-error.js'
export { decodeIdx, type IdxHeader } from './data/idx.js'
export type { JsonObject, JsonValue } from './data/npz-meta.js'
export { mnistOfFiles, type FileSource, type MnistFiles, type MnistOptions } from './data/mnist.js'
export { decodeNpy, encodeNpy } from './data/npy.js'
export { decodeNpz, decodeNpzArchive, encodeNpz, type NpzArchive } from './data/npz.js'
export { oneHot } from './data/one-hot.js'
export { decodeSafetensors, encodeSafetensors } from './data/safetensors.js'
export type { StoredTensor, StoredTensors, TensorFile, TensorsApart } from './data/tensor-file.js'
export { momentsOf, standardize, type Moments } from './data/standardize.js'
export { subset, takeMatrixRows, takeRows } from './data/subset.js'
export { classTargetsFor, targetsFor, type Aim } from './data/targets.js'
export {
  tensorTypes,
  toFloat64,
  type OnUnreadable,
  type UnreadableTensor,
  type Tensor,
  type TensorArchive,
  type TensorData,
  type TensorMap,
  type TensorType,
} from './data/tensor.js'

export type { FileOptions } from './data/stored-samples.js'

// Networks
export {
  activationChoices,
  definitionOf,
  formatActivation,
  formOf,
  parseActivation,
  type Activation,
} from './network/activation.js'
export { activationNames, activations, type ActivationName } from './network/activations/activations.js'
export type {
  ActivationDefinition,
  ActivationForm,
  ActivationParameter,
  Tail,
} from './network/activations/definition.js'
export type { ClosedDual, Dual, DualValue, Kink } from './network/activations/dual.js'
export { defineActivation, type OwnActivation } from './network/activations/own-activation.js'
export {
  networkFromFile,
  networkFromTensors,
  networkToTensors,
  zeroMeanings,
  type Checkpoint,
  type LeftOut,
  type Reading,
  type ReadOptions,
  type SpecOverrides,
  type ZeroMeaning,
} from './network/checkpoint.js'
export { contextOfSpec, networkContext, type NetworkContext } from './network/context.js'
export { DivergenceError } from './network/divergence.js'
export { effectiveWeights, forward, outputs, type ForwardPass } from './network/forward.js'
export type { Precision } from './network/blocks.js'
export { lossAndGradient, type Batch, type DerivativeOptions, type LossAndGradient } from './network/gradient.js'
export { gradientAndHessianGradient, hessianVectorProduct, type GradientAndHessianGradient } from './network/hessian.js'
export {
  createNetwork,
  createSpec,
  initializationSchemes,
  initialize,
  type InitializationScheme,
  type SpecOptions,
} from './network/initialize.js'
export {
  largestNtkEigenvalue,
  trainLinearized,
  type LargestNtkEigenvalueOptions,
  type LinearizedOptions,
} from './network/linearize.js'
export {
  accuracy,
  losses,
  lossNames,
  meanLoss,
  type LossName,
  type LossOptions,
  type LossRule,
} from './network/loss.js'
export { columnDegrees, createMask, denseMask, density, rowDegrees, totalDensity, type Mask } from './network/mask.js'
export {
  defaultSigmaW2,
  parameterizations,
  type Layer,
  type Network,
  type NetworkSpec,
  type Parameterization,
} from './network/network.js'
export type { AdamOptions, OptimizerOptions, SgdOptions } from './network/optimizer.js'
export type { DataOrigin, Origin } from './network/origin.js'
export { pathWarnings, reachedOutputs, type MaskLinks } from './network/paths.js'
export { train, type TrainingBatch, type TrainOptions, type TrainResult } from './network/train.js'
export { weightChoices, type WeightChoice } from './network/weight-choice.js'

// Pruning
export { scopes, type Budget, type Scope } from './prune/budget.js'
export type { PlacedScores, Tie } from './prune/select.js'
export type { LayerSummary } from './prune/summary.js'
export { criteria, criterionNames, type CriterionName } from './prune/criteria.js'
export type {
  BudgetTie,
  ChoosingCriterion,
  Chosen,
  Criterion,
  CriterionContext,
  CriterionDefaults,
  CriterionFacts,
  ScoringCriterion,
} from './prune/criterion.js'
export { definePruning, type PruningDefinition, type PruningInput } from './prune/define.js'
export { correlatedSurvivors, type Limitation } from './prune/limitation.js'
export { applyMasks, prune, type PruneOptions, type PruneResult } from './prune/prune.js'

// Graphon chains
export { averageChains, type AveragedChain, type MatrixSpread } from './graphon/chain/average.js'
export { chainFromTensors, chainToTensors, decodeChain, encodeChain } from './graphon/chain/chain-file.js'
export { createChain, graphonMean, type GraphonChain } from './graphon/chain/chain.js'
export { weightEnergies } from './graphon/chain/energies.js'
export type { GraphonLayers, GraphonMatrix } from './graphon/chain/layers.js'
export { pathDensity, type PathDensity } from './graphon/chain/path-density.js'

// Estimates of graphons from masks
export {
  estimateGraphon,
  type GraphonEstimate,
  type GraphonNoise,
  type GraphonOptions,
  type GraphonRisk,
  type GraphonWarning,
  type UnitEstimate,
} from './graphon/estimate/estimate-graphon.js'
export {
  axisKinds,
  estimateMatrix,
  type AxisKind,
  type MatrixAxes,
  type MatrixEstimate,
  type MatrixOptions,
} from './graphon/estimate/estimate-matrix.js'
export {
  chainOf,
  estimateChain,
  estimateLayers,
  type ChainEstimate,
  type ChainOptions,
  type EstimateOptions,
  type EstimateWarning,
  type LayersEstimate,
} from './graphon/estimate/estimate.js'
export type { CandidateName } from './graphon/estimate/estimators/candidates.js'
export { defineEstimator, type EstimatorDefinition, type EstimatorInput } from './graphon/estimate/estimators/define.js'
export type { FitOptions, GraphonEstimator, Values } from './graphon/estimate/estimators/estimator.js'
export type { MatrixWarning } from './graphon/estimate/matrix-warnings.js'
export {
  defaultEstimator,
  estimatorNames,
  type EstimatorChoice,
  type EstimatorName,
} from './graphon/estimate/estimators/estimators.js'

// Masks and networks drawn from graphons
export { drawNetwork, type DrawNetworkOptions } from './graphon/sample/draw-network.js'
export {
  blockChain,
  constantChain,
  degreeProductChain,
  sampleMasks,
  type ChainShape,
  type SampleOptions,
} from './graphon/sample/sample.js'

// Kernels
export { classDistances, classMean, kernelDistance } from './ntk/agreement.js'
export { denseChain, denseNtk, pathScaledDense } from './ntk/dense-ntk.js'
export { dualOf, type DualRoute, type LimitDual } from './ntk/duals/duals.js'
export {
  empiricalNtk,
  empiricalNtkPanels,
  type EmpiricalNtkOptions,
  type EmpiricalNtkPanelOptions,
} from './ntk/empirical-ntk.js'
export { kernelDtypes, type EntryPrecision, type KernelDtype } from './ntk/entry-precision.js'
export { classBlocks, fullEmpiricalNtk, type FullEmpiricalNtkOptions } from './ntk/full-empirical-ntk.js'
export {
  graphonNtk,
  graphonNtkPanels,
  graphonNtks,
  graphonNtksPanels,
  limitKernels,
  limitKernelsOfChains,
  type GraphonNtkOptions,
  type GraphonNtkPanelOptions,
  type LimitKernels,
  type NtkOptions,
} from './ntk/graphon-ntk.js'
export { sampleInputRows } from './ntk/input-rows.js'
export { kernelFromTensor, kernelToTensor, type FiledKernel, type KernelSource } from './ntk/kernel-file.js'
export { kernelComment, readKernelComment, type KernelMeta } from './ntk/kernel-meta.js'
export {
  limitKernelNames,
  placePanel,
  type KernelPanel,
  type LimitKernelName,
  type PanelEntries,
} from './ntk/kernel-panel.js'
export { classKernel, kernelMatrix, type Kernel } from './ntk/kernel.js'
export type { NetworkOptions } from './ntk/limit-network.js'
export { conventions, type Convention } from './ntk/recursion-plan.js'
export { rescales, type Rescale } from './ntk/rescale.js'

// Spectra
export { kernelTargetAlignment } from './spectrum/alignment.js'
export { defineMetric, type MetricDefinition } from './spectrum/define.js'
export { kernelWarning, levelsOf, type Definiteness, type Levels } from './spectrum/levels.js'
export {
  measureSpectrum,
  spectralMetrics,
  type Measurements,
  type MetricChoice,
  type MissingMetrics,
  type SpectralMeasurements,
  type SpectralMetricName,
} from './spectrum/metrics.js'
export type { Decay } from './spectrum/decay.js'
export type { MetricValue, SpectralMetric, Spectrum } from './spectrum/metric.js'
export { describeSpectrum, spectrum, type SpectrumDocument, type SpectrumOptions } from './spectrum/spectrum.js'
export { topSpectrum, type TopSpectrumDocument, type TopSpectrumOptions } from './spectrum/top-spectrum.js'

// Predicted training
export type { ModesOptions } from './dynamics/modes.js'
export { agreement, type Agreement } from './dynamics/agreement.js'
export {
  accuracyFromModes,
  lossFromModes,
  modes,
  predict,
  type ClassModes,
  type DynamicsMode,
  type DynamicsOptions,
  type Extremes,
  type KernelModes,
  type PredictedLoss,
  type Prediction,
  type PredictOptions,
  type Route,
} from './dynamics/predict.js'
export { stepsTo, stepsToFromModes } from './dynamics/steps-to.js'
