import type { EntryPrecision } from '../ntk/entry-precision.js'
import { say, short } from './output.js'

/** Classes that are named one by one; further ones are counted. */
const mostClasses = 5
/** Below this, relative to the largest entry, a kernel counts as symmetric. */
const symmetric = 1e-12

/** Collects what there is to say of a kernel's classes, so that many classes with one fault do not fill the screen. */
export interface KernelWarnings {
  /** @param text the end of a sentence that begins with the kernel's name */
  readonly add: (c: number, text: string) => void
  /** Tells that the kernel was symmetrised, where it had to be. */
  readonly addPrecision: (c: number, precision: EntryPrecision) => void
  /** Prints it on stderr. */
  readonly say: () => void
}

/** @param file the kernel's name in every line */
export function kernelWarnings(file: string, classes: number): KernelWarnings {
  const found: { readonly c: number; readonly text: string }[] = []
  let symmetrised: EntryPrecision | undefined
  const name = (c: number): string => (classes > 1 ? `${file}, class ${c}` : file)
  return {
    add(c, text) {
      found.push({ c, text })
    },
    addPrecision(_, precision) {
      if (precision.asymmetry > Math.max(symmetric, symmetrised?.asymmetry ?? 0)) symmetrised = precision
    },
    say() {
      if (symmetrised) {
        const { dtype, asymmetry } = symmetrised
        say(`${file}: symmetrised; mirror images differ by up to ${short(asymmetry)} of the largest entry (${dtype})`)
      }
      for (const { c, text } of found.slice(0, mostClasses)) say(`warning: ${name(c)} ${text}`)
      const more = found.length - mostClasses
      if (more > 0) say(`warning: ${file}: the same of ${more} more ${more === 1 ? 'class' : 'classes'}`)
    },
  }
}
