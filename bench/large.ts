import { prepareGraphon } from './cases/graphon-ntk.js'
import { values } from './compare.js'
import { startLimn } from './limn/start.js'
import type { LargeResult } from './results.js'
import { withFolder, type RunOptions } from './run-case.js'

const sizes = { samples: 8192, inputs: 784, bins: 64, hiddenLayers: 4, classes: 10, rank: 0, blocks: 0, top: 50 }
const quickSizes = { samples: 512, bins: 16 }

/** The Graphon NTK of many samples, once, and the top of its spectrum. */
export async function measureLarge({ threads, quick }: RunOptions): Promise<LargeResult> {
  const parameters = quick ? { ...sizes, ...quickSizes } : sizes
  return withFolder(async (folder) => {
    prepareGraphon(folder, parameters)
    const limn = startLimn('large', folder)
    try {
      await limn.load({ folder, parameters, threads })
      const { peakBytes } = await limn.run()
      const answer = await limn.answer()
      const at = (key: string) => values(answer, key)[0]
      const { samples, bins, hiddenLayers, classes, top } = parameters
      return {
        ...{ samples, bins, hiddenLayers, classes, top, peakBytes },
        ...{ kernelSeconds: at('kernelSeconds'), eigenSeconds: at('eigenSeconds') },
        ...{ residual: at('residual'), largest: at('largest') },
      }
    } finally {
      await limn.close()
    }
  })
}
