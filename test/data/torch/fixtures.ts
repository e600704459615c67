import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A tensor as PyTorch reads it back; infinities and NaN as texts. */
export interface Told {
  readonly shape: readonly number[]
  readonly values: readonly (number | string)[]
}

/** What a file holds by PyTorch, NumPy or SciPy, or why limn refuses it. */
export interface Expected {
  readonly tensors?: Readonly<Record<string, Told>>
  /** Words about tensors that are named but not read. */
  readonly unreadable?: Readonly<Record<string, string>>
  /** Tensors beside the state dict. */
  readonly apart?: Readonly<Record<string, number>>
  /** Masks of the layers, under the names of their weights. */
  readonly masks?: Readonly<Record<string, Told>>
  readonly refused?: string
  /** What the line of Python in the refusal saves. */
  readonly remedy?: Readonly<Record<string, Told>>
}

/** Path of a file that test/oracle/make-torch-fixtures.py has written. */
export const torchFixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/torch/${name}`, import.meta.url))

export const torchBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(torchFixture(name)))

export const expectedOf = JSON.parse(readFileSync(torchFixture('expected.json'), 'utf8')) as Readonly<
  Record<string, Expected>
>
