import { matrix } from '../linalg/matrix.js'
import type { Findings } from '../study/findings.js'
import { niceTop } from './colormap.js'
import type { Figure } from './figure.js'
import { formatCount, formatList } from './format.js'
import { inputDensity, inputsSentence } from './graphons.js'
import { colorBar, heatmapPanel } from './heatmap.js'
import { methodLabel } from './labels.js'
import { atWidest, methodsOf } from './select.js'
import { figureSpec } from './spec.js'

const hidden = { title: null, ticks: [] } as const

/** Which pixels each method keeps looking at, as pictures; only when the inputs make a square image. */
export function inputsFigure(findings: Findings): Figure | null {
  const side = Math.sqrt(findings.provenance.inputs)
  const items = atWidest(findings.graphons).filter((item) => item.chain.W[0].cols === findings.provenance.inputs)
  const methods = methodsOf(findings, items)
  if (!(Number.isInteger(side) && side > 1) || methods.length === 0) return null
  const pictures = methods.map((method) => {
    const item = items.find((candidate) => candidate.method === method)!
    return { method, width: item.width, density: inputDensity(item.chain) }
  })
  const top = niceTop(Math.max(...pictures.flatMap(({ density }) => [...density])), 1)
  const axis = { ...hidden, domain: [0, side] as const }
  return {
    id: 'inputs',
    title: 'Which inputs are kept',
    sentence: inputsSentence(pictures),
    description: `The kept fraction of first-layer weights of each of ${side} × ${side} input pixels, one picture for each of ${formatList(methods.map(methodLabel))}.`,
    spec: figureSpec({
      title: `Which inputs are kept: density of W¹ at every pixel, width ${formatCount(pictures[0].width)}`,
      spacing: 16,
      vconcat: [
        {
          columns: 5,
          spacing: 14,
          concat: pictures.map(({ method, density }) =>
            heatmapPanel(matrix(side, side, density), top, {
              width: 140,
              height: 140,
              title: methodLabel(method),
              x: axis,
              y: axis,
            }),
          ),
        },
        colorBar(top, 'kept fraction of the weights at a pixel', 360),
      ],
    }),
  }
}
