/** How many different classes occur among some labels. */
export function classesPresent(labels: ArrayLike<number>): number {
  return new Set(Array.from(labels)).size
}

/** `2 of 10 classes occur in the samples used`; undefined where all do. */
export function missingClasses(present: number, classes: number): string | undefined {
  if (present >= classes) return undefined
  return `${present} of ${classes} classes ${present === 1 ? 'occurs' : 'occur'} in the samples used`
}

/** What to know of the classes that occur before anything is computed; undefined where nothing. */
export function classesWarning(present: number, classes: number): string | undefined {
  const missing = missingClasses(present, classes)
  return present > 1 ? missing : `${missing ?? 'all samples used are of one class'}: nothing tells classes apart`
}
