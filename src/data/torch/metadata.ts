import { FileError } from '../file-error.js'

/** The entry of an archive of PyTorch in which limn keeps what a file says of itself. */
export const metadataName = 'limn.json'

/** Longest description that is read. */
const longest = 1_000_000

/** @throws FileError where the entry is no object of texts */
export function metadataOf(size: number, read: () => Uint8Array, file: string, name: string): Record<string, string> {
  if (!(size <= longest)) throw new FileError(file, `expected at most ${longest} bytes, got ${size}`, name)
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(read()))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const entries = Object.entries(value)
      if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
        return Object.fromEntries(entries)
      }
    }
  } catch (error) {
    if (error instanceof FileError) throw error
  }
  throw new FileError(file, 'expected a JSON object of texts', name)
}
