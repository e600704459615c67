// An activation of one's own: its kernel, its spectrum and the training of a sparse network with it, beside ReLU.
//
//     npx tsx examples/my-activation.ts
//
// `limn … --activation ./my-activation.js` and `activation: ./my-activation.js` in a study take a JavaScript module whose default
// export is what `defineActivation` takes or gives.

import {
  applyMasks,
  createSpec,
  defineActivation,
  denseNtk,
  estimateChain,
  graphonNtk,
  initialize,
  kernelMatrix,
  matrix,
  oneHot,
  prune,
  randomStream,
  spectrum,
  train,
  type Activation,
} from 'limn'

/** Softsign, z / (1 + |z|): smooth but for a jump of its second derivative at 0, which limn is told. */
const softsign = defineActivation({
  name: 'softsign',
  summary: 'z / (1 + |z|)',
  value: (z) => z / (1 + Math.abs(z)),
  derivative: (z) => 1 / (1 + Math.abs(z)) ** 2,
  second: (z) => (-2 * Math.sign(z)) / (1 + Math.abs(z)) ** 3,
  kinks: [0],
})

const [samples, inputs, width, classes] = [64, 20, 128, 4]
const random = randomStream(1, 'example')
const x = matrix(
  samples,
  inputs,
  Float64Array.from({ length: samples * inputs }, () => random.normal()),
)
const labels = Int32Array.from({ length: samples }, (_, i) => i % classes)
const targets = oneHot(labels, classes)
const sizes = [inputs, width, width, classes]

for (const activation of [{ name: 'softsign', definition: softsign }, { name: 'relu' }] satisfies Activation[]) {
  const network = initialize(createSpec({ sizes, activation }), 2)
  const { masks } = prune(network, { method: 'snip', density: 0.2, scope: 'global', seed: 3, batch: { x, targets } })
  const { chain } = estimateChain(masks, { bins: 8 })
  const [limit, dense] = [graphonNtk(chain, x, { activation }).ntk, denseNtk(sizes, x, { activation })].map((kernel) =>
    spectrum(kernelMatrix(kernel, 0)),
  )
  const optimizer = { name: 'sgd', learningRate: 0.2 } as const
  const { loss } = train(applyMasks(network, masks), { x, targets }, { loss: 'mse', optimizer, steps: 50 })
  console.log(
    activation.name.padEnd(10),
    `trace ${limit.trace.toPrecision(3)}, of the unpruned network ${dense.trace.toPrecision(3)};`,
    `loss ${loss[0].toPrecision(3)} → ${loss[50].toPrecision(3)}`,
  )
}
