import { predictions } from '../graphon/limits/predictions.js'
import { formatList } from '../plot/format.js'
import { methodLabel } from '../plot/labels.js'
import type { FigureKind } from '../plot/figures.js'
import type { Findings } from '../study/findings.js'
import { collapsedSentence, failedTable } from './failures.js'
import { html, type Html } from './html.js'
import { studyLimits } from './limits.js'
import {
  closedFormTable,
  convergenceTable,
  countingTable,
  ladderTable,
  pathDensityTable,
  pruningTable,
  spectraTable,
  spectraWarnings,
  trainingTable,
  untrainedSentence,
  verdictTable,
} from './tables.js'
import { fairnessSentence, provenanceTable, stepSizeTable } from './what-was-run.js'

/** One section of the report. */
export interface Section {
  readonly title: string
  /** What the reader needs to know before looking. */
  readonly opening: Html
  readonly figures: readonly FigureKind[]
  /** What stands before and after the figures. */
  readonly before?: (findings: Findings) => Html
  readonly after?: (findings: Findings) => Html
  /** Said in place of figures when the findings hold none of them. */
  readonly without: string
}

/** The methods of a study that theory has no closed form for, and why. */
function withoutForm({ methods }: Findings): Html {
  const none = Object.entries(predictions).filter(([method, { isOfMethod }]) => !isOfMethod && methods.includes(method))
  if (none.length === 0) return html``
  const reasons = none.map(([method, { summary }]) => `${methodLabel(method)} (${summary})`)
  return html`<p>No closed form is there to compare with for ${formatList(reasons)}.</p> `
}

/** The report's sections in their order; the keys are their anchors. */
export const sections = {
  'what-was-run': {
    title: 'What was run',
    opening: html`<p>Networks were initialised, pruned once before training, and trained.</p>`,
    figures: ['densities'],
    before: (findings) =>
      html`${provenanceTable(findings)}${fairnessSentence(findings)}
        <details>
          <summary>The study file</summary>
          <pre><code>${findings.provenance.study}</code></pre>
        </details> `,
    after: (findings) => html`${pruningTable(findings)}${failedTable(findings)}`,
    without: 'Nothing was pruned.',
  },
  graphons: {
    title: 'The graphons',
    opening: html`<p>
      A mask of a wide network is seen as a function on the unit square: its value at (u, v) is the density of
      connections between units at position u of a layer and position v of the layer below. Hidden units are sorted by
      their degrees, best connected first, and keep that order in both matrices they belong to.
    </p>`,
    figures: ['graphons', 'widths', 'inputs'],
    after: (findings) => html`${collapsedSentence(findings)}${pathDensityTable(findings)}`,
    without: 'No graphon was estimated.',
  },
  convergence: {
    title: 'Do they converge?',
    opening: html`<p>
      If a method has a graphon limit, estimates at growing widths come closer to one another until only sampling noise
      keeps them apart. The noise floor is the distance that masks without any structure show, at the same densities,
      widths and number of trials. Two questions are kept apart: does the <em>budget</em> of a matrix, its density ρ,
      settle, and does its <em>shape</em>, the normalised graphon W/ρ? A quantity has <em>converged</em> when what is
      left to its limit is below the study’s tolerance, is <em>converging</em> when it follows a power of the width that
      leads to a limit, and <em>drifting</em> when the change per doubling of the width hardly falls, which does not
      rule out a limit that is reached slowly; <em>undecided</em> means that these widths and trials do not tell.
    </p>`,
    figures: ['verdicts', 'drift', 'shape-changes', 'convergence'],
    after: (findings) => html`${verdictTable(findings)}${convergenceTable(findings)}`,
    without: 'There is one width only, so that no distance between widths can be drawn.',
  },
  motifs: {
    title: 'Small subgraphs',
    opening: html`<p>
      A sequence of graphons converges exactly when the densities of all small subgraphs do. The density of a
      <em>motif</em> with e edges is p<sup>e</sup> in a constant graphon of density p, and at least that for cherries,
      paths and even cycles in any other: a ratio of 1 says that no structure is seen. By the
      <em>counting lemma</em> two graphons can differ in the density of a motif by at most e times the cut norm of their
      difference.
    </p>`,
    figures: ['motifs'],
    after: countingTable,
    without: 'No motif was counted.',
  },
  'closed-forms': {
    title: 'Limits in closed form',
    opening: html`<p>
      For scores |w|·r·c that factorise into the weight and a profile of either side, a weight is kept with probability
      P(|w| > τ/(r c)): a constant for random and magnitude pruning, and for SNIP a graphon made of the profiles of its
      gradient, measured on the samples. <em>Structure explained</em> is the share of the estimate’s squared distance
      from its own mean, beyond noise, that the form accounts for.
    </p>`,
    figures: ['closed-forms', 'closed-form-widths'],
    after: (findings) => html`${closedFormTable(findings)}${withoutForm(findings)}`,
    without: 'No method of this study has a closed form.',
  },
  spectra: {
    title: 'Spectra and metrics',
    opening: html`<p>
      The <em>Graphon NTK</em> is the tangent kernel of the infinitely wide network whose connections follow the
      graphons; the <em>energy</em> Graphon NTK also knows how large the surviving weights are; the
      <em>empirical</em> NTK is that of one finite pruned network, and the <em>dense</em> NTK that of the unpruned
      infinite one. The trace sets the speed of learning, the normalised spectrum its shape.
    </p>`,
    figures: ['kernel-error', 'spectra', 'metrics'],
    after: (findings) => html`${spectraTable(findings)}${spectraWarnings(findings)}`,
    without: 'No kernel was computed.',
  },
  training: {
    title: 'Predicted against measured training',
    opening: html`<p>
      Pruned networks were trained by full-batch gradient descent. Every kernel predicts the same curve from its
      eigenvalues alone, at that network’s own step size. <em>Laziness</em> is the relative change of the empirical NTK
      during training: the predictions assume that it is small.
    </p>`,
    figures: ['training'],
    after: (findings) => html`${untrainedSentence(findings)}${trainingTable(findings)}${stepSizeTable(findings)}`,
    without: 'No network was trained.',
  },
  ladder: {
    title: 'The explanation ladder',
    opening: html`<p>
      Why does one mask train faster than another? Each rung predicts the same training curve with more knowledge:
      <strong>scale</strong>, the dense NTK times the path density; <strong>shape</strong>, the Graphon NTK;
      <strong>weights</strong>, the energy Graphon NTK; <strong>finite width</strong>, the finite network’s own NTK with
      all its correlations. What is left at the top is feature learning.
    </p>`,
    figures: ['ladder'],
    after: ladderTable,
    without: 'No training was predicted.',
  },
  limits: {
    title: 'What cannot be concluded',
    opening: html``,
    figures: [],
    after: (findings) =>
      html`<dl class="limits">
        ${studyLimits(findings).map(
          ({ title, text }) =>
            html`<dt>${title}</dt>
              <dd>${text}</dd> `,
        )}
      </dl> `,
    without: '',
  },
} as const satisfies Record<string, Section>
