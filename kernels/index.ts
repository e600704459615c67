// Every kernel that src/ may call: one file per idea. Pointers are byte addresses in the module's memory.

export { cutClimb, cutEnumerate } from './cut'
export {
  activeGram, activeRow, activeUnits, addTenByTwo, addTenClasses, packSamples, panelGram,
} from './empirical'
export { gemmF32, gemmF64, gemmWorkspace } from './gemm'
export { rotateRows, tridiagonalQr } from './eigen'
export { negatedBlockFactor, trimReflectors } from './block-reflector'
export { joinPanel, leadPanel, leavePanel } from './tridiagonal-panel'
export { tridiagonalValues, tridiagonalValuesWorkspace } from './tridiagonal-values'
export { secularRoots, secularVectors, secularWeights } from './secular'
export { absoluteF64, addRowBiasF64, saliencyF64, scaleOpenF64 } from './saliency'
export { gatherMarkedF64, histogramF64, kthLargestF64, markF64, settleF64, settleTies } from './select'
export { largestSize, symmetricPart } from './symmetric-part'
export {
  fourRowsTimesOne, interleaveFour, sumTiles, sumTilesOne, symmetricTile, symmetricTileOne,
} from './symmetric-product'
export {
  sumVectors, synflowBackward, synflowForward, synflowGather, synflowHistogram, synflowLargest, synflowPlace,
} from './synflow'
export { mirrorColumns, storeDiagonal, storePanels } from './kernel-panels'
export { markNear } from './near-marks'
export { nearPairs, nearWorkspace } from './near-parallel'
export { applyPanels, rowGroup } from './pair-panels'
export { dualConstants, dualWorkspace, fillDualConstants } from './arc-cosine-duals'
export { diagonalDuals, dualPanels } from './duals'
export { expandRows } from './expand-rows'
export { kinkPanels, seriesDiagonal, seriesPanels } from './series-duals'
export { tabulatedF32, tabulatedF64, tabulatedSlopeF32, tabulatedSlopeF64 } from './tabulated'
export { setThreadScratch } from './thread'
export { blockGrams, diagonalGrams, rowGrams, sparseGrams, sparseGramsWorkspace, weightedGramsWorkspace } from './weighted-grams'
export * from './sparse'
export * from './elementwise'

/** First byte after the kernels' own static data. */
export const heapBase: usize = __heap_base
