/** What may be said where a table is open: its names, or a module. @param example such as `./my-method.js` */
export const namesOrModule = (names: readonly string[], example: string): string =>
  `${names.join(', ')} or the path of a module such as ${example}`

/** What every entry of an open table says of itself. */
export interface Named {
  /** Short and stable: what files, studies and options say. */
  readonly name: string
}

/** @throws TypeError when a name is not one that files and studies can say */
export function requireName(caller: string, name: unknown): void {
  if (typeof name === 'string' && /^[\w-]+$/.test(name)) return
  throw new TypeError(`${caller}: expected a name of letters, digits, _ and -, got ${JSON.stringify(name)}`)
}

/** @throws TypeError when an entry's function is none */
export function requireFunction(caller: string, { name }: Named, key: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new TypeError(`${caller}: ${name}: expected a function ${key}, got ${typeof value}`)
}

/**
 * What keeps a value, such as a module's export, from being an entry of a table; undefined for one.
 *
 * @param what the table holds: `a criterion`
 * @param kinds of its keys, as `typeof` says them
 */
export function entryProblem(
  value: unknown,
  what: string,
  kinds: Readonly<Record<string, 'string' | 'boolean' | 'object' | 'function'>>,
): string | undefined {
  if (typeof value !== 'object' || value === null)
    return `expected ${what}, got ${value === null ? 'null' : typeof value}`
  const found = value as Readonly<Record<string, unknown>>
  const wrong = Object.keys(kinds).find((key) => typeof found[key] !== kinds[key])
  if (wrong === undefined) return undefined
  return `expected ${what}, whose ${wrong} is a ${kinds[wrong]}, got ${typeof found[wrong]}`
}
