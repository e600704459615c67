import type { ByteSource } from '../byte-source.js'
import { FileError } from '../file-error.js'
import { readDirectory } from '../zip-directory.js'

/** The pickle in an archive that `torch.save` has written, below a folder of any name. */
export const pickleName = /^(?:(.*)\/)?data\.pkl$/s

/** Whether a ZIP archive is one of PyTorch; false where its directory cannot be read. */
export function isPickled(source: ByteSource): boolean {
  try {
    return readDirectory(source, '').records.some(({ name }) => pickleName.test(name))
  } catch (error) {
    if (error instanceof FileError) return false
    throw error
  }
}
