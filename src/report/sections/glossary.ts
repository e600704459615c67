import { html } from '../html.js'
import type { Section } from './section.js'

const terms = {
  Mask: 'which weights of a network are kept: zeros and ones in the shape of its weight matrices.',
  Graphon:
    'the density of kept weights as a function of where two units stand among their layers’ units; what masks of a method tend to as layers widen.',
  Density: 'the share of weights that are kept; of one matrix its budget ρ, and W/ρ is the shape of its graphon.',
  'Path density': 'the product of densities along a path from an input to an output, averaged over all paths.',
  'Energy V':
    'the mean square of the kept weights near a place, in units of a weight before pruning; equal to W where weights are drawn anew.',
  'Tangent kernel (NTK)':
    'how much a small step on one sample moves the output at another; gradient descent of a wide network is descent with this kernel.',
  'Graphon NTK': 'the tangent kernel of the infinitely wide network whose connections follow the graphons.',
  'Effective rank': 'the trace over the largest eigenvalue: how many directions are learned at a like speed.',
  Laziness: 'the relative change of the empirical kernel while training; small where a fixed kernel can predict.',
  'Noise floor':
    'the distance or error that chance alone gives, measured on masks without structure or on halves of the trials.',
} as const

/** The words that the page uses, ten of them. */
export const glossary = {
  title: 'Ten terms',
  opening: html`<dl class="limits">
    ${Object.entries(terms).map(
      ([term, text]) =>
        html`<dt>${term}</dt>
          <dd>${text.charAt(0).toUpperCase() + text.slice(1)}</dd> `,
    )}
  </dl> `,
  figures: [],
  without: '',
} as const satisfies Section
