// Matrices, the symmetric eigenproblem, products and exponentials, on WebAssembly kernels and their threads.

export {
  exponentialAction,
  exponentialNorms,
  exponentialPath,
  type ExponentialAction,
  type ExponentialBounds,
  type ExponentialNorms,
  type ExponentialOptions,
  type ExponentialPoint,
} from '../linalg/exponential.js'
export {
  defaultKernels,
  kernelBuilds,
  loadKernels,
  setDefaultKernels,
  supportedKernelBuilds,
  type KernelBuild,
  type KernelExports,
  type Kernels,
  type Pointer,
  type Scratch,
} from '../linalg/kernels.js'
export { matmul, type MatmulOptions } from '../linalg/matmul.js'
export { kernelArithmetic, type KernelArithmetic } from '../linalg/arithmetic.js'
export { filled, identity, matrix, matrixOf, transpose, type Matrix } from '../linalg/matrix.js'
export type { Argument, ArgumentsOf, Each, KernelName, Step, StepOf, Team } from '../linalg/steps.js'
export { symmetricEigen, type SymmetricEigen, type SymmetricEigenOptions } from '../linalg/symmetric-eigen.js'
export type { SymmetricOperator, SymmetricTiles } from '../linalg/symmetric-operator.js'
export { topEigenpairs, type TopEigenpairs, type TopEigenpairsOptions } from '../linalg/top-eigenpairs.js'
export { startWebTeam, type WebKernels, type WebTeamOptions } from '../linalg/web-team.js'
