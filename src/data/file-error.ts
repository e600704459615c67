/** A file that is not what it should be. The message is one line: file, key where there is one, what was expected and got. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly file: string
  readonly key: string | undefined

  /**
   * @param file the path as the user gave it (for a folder: the very file inside it)
   * @param problem what was expected and what came, with the remedy where there is one
   * @param key the tensor, array or field inside the file
   */
  constructor(file: string, problem: string, key?: string) {
    super(`${file === '' ? "''" : file}: ${key === undefined ? '' : `${key}: `}${problem}`.replaceAll(/\s*\n\s*/g, ' '))
    this.file = file
    this.key = key
  }
}

/** Runs `check` and turns the RangeError or TypeError of a bad value into a {@link FileError} that names the file. */
export function inFile<Result>(file: string, check: () => Result): Result {
  try {
    return check()
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new FileError(file, error.message)
    throw error
  }
}
