import { html } from '../html.js'
import { studyLimits } from '../limits.js'
import { limitsAnswer } from '../answers/limits.js'
import type { Section } from './section.js'

export const limits = {
  title: 'What cannot be concluded',
  answer: limitsAnswer,
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
} as const satisfies Section
