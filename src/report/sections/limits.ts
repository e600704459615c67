import { html } from '../html.js'
import { studyLimits } from '../limits.js'
import type { Section } from './section.js'

export const limits = {
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
} as const satisfies Section
