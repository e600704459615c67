// What needs a machine: files, data sources, kernels on disk, worker threads, PNG.

// Files
export { writeAtomic, writeTogether, type OutputFile } from './files/files.js'
export { fileKind, fileKinds, type FileKind } from './files/file-kind.js'
export { availableMemory, defaultMemory, freeMemory } from './files/memory.js'
export { readCheckpoint, readNetworks } from './files/read-network.js'
export { openTensorFile } from './files/tensor-file.js'
export { openTensors } from '../data/open-tensors.js'
export { readChain } from './files/read-chain.js'
export { encodeNetwork, networkFormats } from './files/store-network.js'
export { UsageError } from './files/usage-error.js'
export type { Said } from './files/agreement.js'

// Samples
export { dataOrigin, type ChosenData } from './samples/data-origin.js'
export type { Split } from './samples/folder.js'
export { loadData, type DataOptions } from './samples/load-data.js'

// Kernels of files, and what they predict
export { finiteKernels } from './kernels/finite-kernels.js'
export { limitKernels } from './kernels/limit-kernels.js'
export type { ClassChoice, FiniteKernelOptions, LimitKernelOptions, SampledKernel } from './kernels/options.js'
export { planOutput, type KernelOutput, type OutputOptions, type ResumedKernel } from './kernels/output.js'
export type { Identity } from './kernels/partial-journal.js'
export { openKernel, type StoredKernel } from './kernels/reader.js'
export { readTargets } from './kernels/read-targets.js'
export { planOutputs, type PlannedKernels } from './kernels/several.js'
export { targetsFromData, type DescribedKernel, type PredictedData, type PredictionTargets } from './kernels/targets.js'
export type { KernelGroup, KernelRun, KernelTask, KernelTasks } from './kernels/task.js'
export {
  kernelFileBytes,
  kernelWriter,
  type KernelWriter,
  type KernelWriterOptions,
  type WrittenKernel,
} from './kernels/writer.js'

// Closed forms beside masks of files
export {
  closedFormOf,
  compareClosedForm,
  type ClosedFormOfMasks,
  type MatrixAgreement,
  type PrunedWith,
} from './limits/closed-form.js'
export { readMadeMasks, type MadeMasks, type MadeMasksOptions } from './limits/made-masks.js'

// Figures
export { encodeFigure, figureFormats, writeFigure } from './figures/figure.js'
export { svgToPng, type PngOptions } from './figures/png.js'

// Threads
export { startTeam, type TeamKernels, type TeamOptions } from './team/team.js'

// Studies
export { parseBucket, type BucketAddress } from './studies/bucket/address.js'
export { encodeStateDict } from '../data/torch/write-state-dict.js'
export { compareFolders } from './studies/compare.js'
export type { Failure } from './studies/failures.js'
export { directoryStore } from './studies/result-store.js'
export {
  watchStudy,
  type WatchedMachine,
  type QueueProcess,
  type WatchedQueue,
  type WatchedStudy,
  type WatchOptions,
} from './studies/watch/watch.js'
export {
  chooseWorkers,
  executeShareIn,
  executeStudyIn,
  finishedRows,
  prepareStudy,
  readPlan,
  studyFindings,
  studyResults,
  writeReport,
  type FolderExecution,
  type RunnerToClose,
  type ShareExecution,
  type ShareOutcome,
  type FoundInFolder,
} from './studies/study.js'
export {
  inspectTensors,
  type InspectedChain,
  type InspectedLayer,
  type InspectedTensor,
  type Inspection,
  type InspectOptions,
} from '../network/inspect.js'
