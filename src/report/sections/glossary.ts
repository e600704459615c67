import { formatCount, formatList } from '../../plot/format.js'
import type { Findings } from '../../study/findings.js'
import type { Answer } from '../answers/answer.js'
import { html } from '../html.js'
import type { Section } from './section.js'

interface Term {
  readonly text: string
  /** Whether a study's numbers are of it; default: those of every study. */
  readonly occurs?: (findings: Findings) => boolean
}

const hasKernels = ({ spectra }: Findings): boolean => spectra.length > 0

const terms: Readonly<Record<string, Term>> = {
  Mask: { text: 'which weights of a network are kept: zeros and ones in the shape of its weight matrices.' },
  Graphon: {
    text: 'the density of kept weights as a function of where two units stand among their layers’ units; what masks of a method tend to as layers widen.',
  },
  Density: {
    text: 'the share of weights that are kept; of one matrix its budget ρ, and W/ρ is the shape of its graphon.',
  },
  'Path density': {
    text: 'the product of densities along a path from an input to an output, averaged over all paths.',
  },
  'Energy V': {
    text: 'the mean square of the kept weights near a place, in units of a weight before pruning; equal to W where weights are drawn anew.',
    occurs: ({ spectra }) => spectra.some(({ kernel }) => kernel === 'energy'),
  },
  'Tangent kernel (NTK)': {
    text: 'how much a small step on one sample moves the output at another; gradient descent of a wide network is descent with this kernel.',
    occurs: hasKernels,
  },
  'Graphon NTK': {
    text: 'the tangent kernel of the infinitely wide network whose connections follow the graphons.',
    occurs: hasKernels,
  },
  'Effective rank': {
    text: 'the trace over the largest eigenvalue: how many directions are learned at a like speed.',
    occurs: hasKernels,
  },
  Laziness: {
    text: 'the relative change of the empirical kernel while training; small where a fixed kernel can predict.',
    occurs: ({ training }) => training.some(({ laziness }) => laziness !== null),
  },
  'Noise floor': {
    text: 'the distance or error that chance alone gives, measured on masks without structure or on halves of the trials.',
    occurs: ({ convergence, closedForms }) => convergence.length > 0 || closedForms.length > 0,
  },
}

/** Which of the terms this page has numbers of. */
function glossaryAnswer(findings: Findings): Answer {
  const entries = Object.entries(terms)
  const unused = entries.flatMap(([name, { occurs }]) => (occurs && !occurs(findings) ? [`‘${name}’`] : []))
  const all = formatCount(entries.length)
  if (unused.length === 0) return [`Numbers of all ${all} terms stand on this page.`]
  return [
    `Numbers of ${formatCount(entries.length - unused.length)} of these ${all} terms stand on this page; this study has none of ${formatList(unused)}.`,
  ]
}

/** The words that the page uses, ten of them. */
export const glossary = {
  title: 'Ten terms',
  answer: glossaryAnswer,
  opening: html`<dl class="limits">
    ${Object.entries(terms).map(
      ([term, { text }]) =>
        html`<dt>${term}</dt>
          <dd>${text.charAt(0).toUpperCase() + text.slice(1)}</dd> `,
    )}
  </dl> `,
  figures: [],
} as const satisfies Section
