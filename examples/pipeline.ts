// From a mask to a predicted training curve, in one page: how fast does gradient descent learn under each method's
// Graphon NTK, at one step size for all? Run it with: npx tsx examples/pipeline.ts

import {
  createSpec,
  estimateChain,
  graphonNtk,
  initialize,
  kernelMatrix,
  oneHot,
  pathDensity,
  predict,
  prune,
  spectrum,
} from 'limn'
import { loadData } from 'limn/node'

const { x, labels, classes } = loadData('mnist', { samples: 60, seed: 0, needLabels: true })
const targets = oneHot(labels, classes)
const network = initialize(createSpec({ sizes: [784, 128, 128, classes] }), 0)

for (const method of ['random', 'magnitude', 'snip', 'synflow'] as const) {
  const { masks } = prune(network, { method, density: 0.2, scope: 'global', seed: 0, batch: { x, targets } })
  const { chain } = estimateChain(masks, { bins: 16 })
  const { ntk } = graphonNtk(chain, x)
  const { trace, effectiveRank } = spectrum(kernelMatrix(ntk, 0))
  const { loss } = predict(ntk, targets, { learningRate: 1, steps: 100 })
  console.log(
    method.padEnd(10),
    `path density ${pathDensity(chain).mean.toPrecision(3)}`,
    `trace ${trace.toPrecision(3)}`,
    `effective rank ${effectiveRank?.toPrecision(3) ?? '–'}`,
    `loss ${loss[0].toPrecision(3)} → ${loss[100].toPrecision(3)}`,
  )
}
