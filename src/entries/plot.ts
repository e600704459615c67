// Figures of chains and studies as SVG.

export { chainFigure, matricesFigure, type SortedMatrix } from '../plot/chain.js'
export type { Figure, FigureSpec } from '../plot/figure.js'
export {
  figureKinds,
  figureMakers,
  studyFigures,
  type FigureKind,
  type FigureMaker,
  type StudyFigure,
} from '../plot/figures.js'
export { forPng, renderSvg, standaloneSvg } from '../plot/render.js'
