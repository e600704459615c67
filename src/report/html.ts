import { escapeMarkup } from '../plot/render.js'

/** A piece of a page that is safe to insert as it is. */
export interface Html {
  readonly html: string
}

type Piece = Html | string | number | readonly Piece[]

function toHtml(piece: Piece): string {
  if (typeof piece === 'string') return escapeMarkup(piece)
  if (typeof piece === 'number') return String(piece)
  return 'html' in piece ? piece.html : piece.map(toHtml).join('')
}

/** A template for markup: everything inserted is escaped unless it is {@link Html} already. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: strings.map((text, i) => text + (i < pieces.length ? toHtml(pieces[i]) : '')).join('') }
}

/** Markup made elsewhere, trusted. */
export function trusted(markup: string): Html {
  return { html: markup }
}

export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  /** Names are aligned left and head their row; numbers, the default, right. */
  readonly isName?: boolean
}

/** A table of more rows is folded away. */
const longestTable = 45

/** A table with a caption that scrolls by itself on narrow screens; a name column heads its rows. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  if (rows.length === 0) return html``
  const head = columns.map(
    ({ title, isName }) => html`<th scope="col" ${trusted(isName ? ' class="name"' : '')}>${title}</th>`,
  )
  const body = rows.map(
    (row, i) =>
      html`<tr>
        ${columns.map(({ value, isName }, column) => {
          if (!isName) return html`<td>${value(row)}</td>`
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
