import { closedForm } from './jobs/closed-form.js'
import { convergence } from './jobs/convergence.js'
import { dense } from './jobs/dense.js'
import { kernelPanel } from './jobs/kernel-panel.js'
import { kernel } from './jobs/kernel.js'
import type { JobKinds } from './jobs/kind.js'
import { motifs } from './jobs/motifs.js'
import { run } from './jobs/run.js'
import { topSpectrum } from './jobs/top-spectrum.js'

/** All kinds of jobs, each after those whose results it needs. A kind is one module of `jobs/` and one line here. */
export const jobKinds = {
  dense,
  run,
  kernel,
  convergence,
  motifs,
  'closed-form': closedForm,
  'kernel-panel': kernelPanel,
  'top-spectrum': topSpectrum,
} as const satisfies JobKinds
