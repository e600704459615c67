/** Runs something that SIGINT and SIGTERM abort through a signal; whether they did. */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<{ readonly result: Result } | { readonly interrupted: true }> {
  const interrupt = new AbortController()
  const onSignal = (): void => interrupt.abort(new Error('interrupted'))
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  try {
    return { result: await work(interrupt.signal) }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    return { interrupted: true }
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
