/** What a thread answers: done, or an error's one line; errors lose their class between threads. */
export interface StudyReply {
  readonly error?: { readonly name: string; readonly message: string }
}

/** @param prefix what the message begins with, unless it names a file */
export function toReply(error: unknown, prefix = ''): Required<StudyReply> {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return { error: { name, message: name === 'FileError' || message.startsWith(prefix) ? message : prefix + message } }
}

/** The error of an answer, undefined where all went well. */
export const errorOf = ({ error }: StudyReply): Error | undefined =>
  error && Object.assign(new Error(error.message), { name: error.name })
