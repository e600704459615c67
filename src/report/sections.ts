import { closedForms } from './sections/closed-forms.js'
import { convergence } from './sections/convergence.js'
import { glossary } from './sections/glossary.js'
import { graphons } from './sections/graphons.js'
import { ladder } from './sections/ladder.js'
import { limits } from './sections/limits.js'
import { motifs } from './sections/motifs.js'
import type { Section } from './sections/section.js'
import { spectra } from './sections/spectra.js'
import { structure } from './sections/structure.js'
import { summary } from './sections/summary.js'
import { training } from './sections/training.js'
import { whatWasRun } from './sections/what-was-run.js'

/** The report's sections in their order; the keys are their anchors. */
export const sections = {
  summary,
  'what-was-run': whatWasRun,
  structure,
  graphons,
  convergence,
  motifs,
  'closed-forms': closedForms,
  spectra,
  training,
  ladder,
  limits,
  glossary,
} as const satisfies Record<string, Section>
