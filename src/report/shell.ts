import { html, trusted, type Html } from './html.js'
import { styleSheet } from './style.js'

/** What a page has beside its contents. */
export interface PageShell {
  readonly title: string
  /** What a browser may do on the page; absent where a server says it. */
  readonly policy?: string
  /** Version of limn that made the page. */
  readonly version: string
  /** Rules beside those of every page. */
  readonly style?: string
  readonly body: Html
}

/** A whole page that needs nothing else, with the head that all pages of limn have. */
export function pageShell({ title, policy, version, style = '', body }: PageShell): string {
  const said = policy ? html`<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />` : html``
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${said}
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="limn ${version}" />
        <title>${title}</title>
        <style>
          ${trusted(styleSheet + style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.html
}
