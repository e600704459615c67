/**
 * What is asked for fits neither itself nor what a file says, for example a class that a kernel does not have. The message
 * names the option of the command line; the command exits with 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
