import { describe, expect, it } from 'vitest'
import { liveLossFigures, type LiveCurve } from '../../src/plot/live.js'

const curve = (method: string, density: number, hiddenLayers: number, last: number, width = 8): LiveCurve => ({
  ...{ method, density, hiddenLayers, width, scope: 'global', loss: [0.5, last] },
})
const settings = [1, 2].flatMap((hiddenLayers) =>
  [0.5, 0.3].map((density) => ({ hiddenLayers, density, scope: 'global' as const })),
)

describe('losses while a study is computed', () => {
  it('are drawn for each setting by itself, and no two settings are averaged', () => {
    const curves = [
      curve('snip', 0.5, 1, 0.1),
      curve('snip', 0.5, 1, 0.3),
      curve('snip', 0.5, 2, 0.4),
      curve('random', 0.3, 1, 0.25),
    ]
    const figures = liveLossFigures(curves, ['random', 'snip'], settings)
    expect(figures.map(({ id }) => id)).toEqual(['live-loss', 'live-loss-2', 'live-loss-3'])
    expect(figures.map(({ sentence }) => sentence)).toEqual([
      'Of 2 trained networks at width 8, density 0.5, 1 hidden layer, the mean loss after the last step is 0.200 for SNIP.',
      'Of 1 trained network at width 8, density 0.3, 1 hidden layer, the mean loss after the last step is 0.250 for Random.',
      'Of 1 trained network at width 8, density 0.5, 2 hidden layers, the mean loss after the last step is 0.400 for SNIP.',
    ])
  })

  it('are those of the widest networks, and none before there are some', () => {
    const [figure] = liveLossFigures(
      [curve('snip', 0.5, 1, 0.1, 4), curve('snip', 0.5, 1, 0.2, 8)],
      ['snip'],
      settings.slice(0, 1),
    )
    expect(figure.sentence).toContain('Of 1 trained network at width 8, density 0.5, the mean loss')
    expect(liveLossFigures([], ['snip'], settings)).toEqual([])
  })
})
