import { formatCount, formatList, formatPlural } from '../../plot/format.js'
import type { Findings } from '../../study/findings.js'
import { studyLimits } from '../limits.js'
import type { Answer } from './answer.js'

/** How much of what follows is this study’s own matter. */
export function limitsAnswer(findings: Findings): Answer {
  const all = studyLimits(findings)
  const warnings = all.filter(({ isWarning }) => isWarning)
  const others = all.length - warnings.length
  const title = (text: string) => `‘${text}’`
  if (warnings.length === 0)
    return [
      'Nothing in this study’s own numbers warns against reading them; what follows holds for every study of its kind.',
    ]
  const names = formatList(warnings.map((one) => title(one.title)))
  return [
    `${formatPlural(warnings.length, 'limit')} below ${warnings.length === 1 ? 'comes' : 'come'} from this study’s own numbers and methods: ${names}.`,
    ...(others > 0
      ? [`The other ${formatCount(others)} ${others === 1 ? 'holds' : 'hold'} for every study of its kind.`]
      : []),
  ]
}
