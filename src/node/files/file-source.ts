import { closeSync, fstatSync, openSync, type Stats } from 'node:fs'
import type { ByteSource } from '../../data/byte-source.js'
import { FileError } from '../../data/file-error.js'
import { readAt } from './large-files.js'
import { onDisk } from './on-disk.js'

/** What tells whether a file is still the one that it was. */
const identity = ({ dev, ino, size, mtimeMs }: Stats): string => [dev, ino, size, mtimeMs].join()

/** Opens a file for as long as `use` takes. */
function withFile<Result>(path: string, use: (descriptor: number, stats: Stats) => Result): Result {
  return onDisk(path, () => {
    const descriptor = openSync(path, 'r')
    try {
      return use(descriptor, fstatSync(descriptor))
    } finally {
      closeSync(descriptor)
    }
  })
}

/**
 * The bytes of a file, read when they are asked for. The file is open only while something is read from it, so that nobody has
 * to close it.
 *
 * @throws FileError when it is not readable; on reading, when it is no longer the file that it was
 */
export function fileSource(path: string): ByteSource {
  const first = withFile(path, (_, stats) => stats)
  return {
    size: first.size,
    read: (begin, end) =>
      withFile(path, (descriptor, stats) => {
        if (identity(stats) !== identity(first)) {
          throw new FileError(path, 'expected it unchanged while it is read, got another file; run the command again')
        }
        const bytes = new Uint8Array(end - begin)
        readAt(descriptor, bytes, begin, path)
        return bytes
      }),
  }
}
