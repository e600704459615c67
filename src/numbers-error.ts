/**
 * What limn's mathematics throws at numbers it cannot work with: an argument out of range, shapes that do not fit, a result
 * beyond f64, an iteration that does not converge. Its message says what was expected, what came and where. It is a
 * `RangeError`; files that cannot be read, memory that a machine lacks and threads that fail are other errors, because they
 * are no property of the numbers. A study that meets one says so for the job at hand and goes on; methods, estimators and
 * metrics of one's own may throw it to the same effect.
 *
 * @example
 * import { matrixOf, NumbersError } from 'limn'
 *
 * try {
 *   matrixOf([[1], [2, 3]])
 * } catch (error) {
 *   console.log(error instanceof NumbersError && error.message) // matrixOf: expected 1 entries in row 1, got 2
 * }
 */
export class NumbersError extends RangeError {
  override readonly name: string = 'NumbersError'
}
