import { escapeMarkup } from '../plot/render.js'

/** The class of {@link Html}: only this module can make one, so that no value from a file passes for markup. */
export class Markup {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  get html(): string {
    return this.#markup
  }
}

/** A piece of a page that is safe to insert as it is. Only {@link html} and `trusted` make it. */
export type Html = Markup

export type Piece = Html | string | number | readonly Piece[]

/** @throws TypeError when a piece is none, whatever its type says */
function toHtml(piece: Piece): string {
  // A number does not break before its power of ten or its percent sign.
  if (typeof piece === 'string')
    return escapeMarkup(piece).replaceAll(' × 10', '\u00a0×\u00a010').replaceAll(' %', '\u00a0%')
  if (typeof piece === 'number') return String(piece)
  if (piece instanceof Markup) return piece.html
  if (Array.isArray(piece)) return piece.map(toHtml).join('')
  throw new TypeError(`html: expected text, a number or markup, got ${JSON.stringify(piece)}`)
}

/**
 * A template for markup: everything inserted is escaped unless it is {@link Html} already.
 *
 * @example
 * import { html } from 'limn/study'
 *
 * console.log(html`<b>${'a < b'}</b>`.html) // <b>a &lt; b</b>
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Markup(strings.map((text, i) => text + (i < pieces.length ? toHtml(pieces[i]) : '')).join(''))
}

/** Markup made elsewhere, trusted. */
export function trusted(markup: string): Html {
  return new Markup(markup)
}

export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  /** Names are aligned left and head their row; numbers, the default, right. */
  readonly isName?: boolean
  /** Sentences are aligned left and wrap. */
  readonly isText?: boolean
  /** Numbers that wrap where room is short, at their spaces that break. */
  readonly isWrapped?: boolean
}

/** A table of more rows is folded away. */
const longestTable = 45

/** A table with a caption that scrolls by itself on narrow screens; a name column heads its rows. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  if (rows.length === 0) return html``
  const head = columns.map(
    ({ title, isName, isText }) =>
      html`<th scope="col" ${trusted(isName || isText ? ' class="name"' : '')}>${title}</th>`,
  )
  const body = rows.map(
    (row, i) =>
      html`<tr>
        ${columns.map(({ value, isName, isText, isWrapped }, column) => {
          const kind = isText ? html` class="text"` : isWrapped ? html` class="pairs"` : html``
          if (!isName) return html`<td${kind}>${value(row)}</td>`
          const isRepeated = column === 0 && i > 0 && value(rows[i - 1]) === value(row)
          return html`<th scope="row" class="${isRepeated ? 'name again' : 'name'}">${value(row)}</th>`
        })}
      </tr> `,
  )
  const whole = html`<div class="scroll table" role="region" tabindex="0" aria-label="${caption}">
    <table>
      <caption>
        <span>${caption}</span>
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div> `
  if (rows.length <= longestTable) return whole
  return html`<details class="long">
    <summary>Table of ${rows.length} rows: ${caption}</summary>
    ${whole}
  </details> `
}
