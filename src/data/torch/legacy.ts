import type { ByteSource } from '../byte-source.js'
import { FileError } from '../file-error.js'
import { resave } from './remedy.js'

/** What `torch.save` before 1.6 writes first: the pickle of one number, 0x1950a86a20f9469cfc6c. */
const magic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

/** A whole model in such a file is an object of a class; the first names say so. */
const headBytes = 65_536

/** Names of Python that only the pickle of a state dict has. */
const isPlain = (head: Uint8Array): boolean => {
  const names = new TextDecoder('latin1').decode(head).match(/c[\w.]+\n\w+\n/g) ?? []
  return names.every((name) => /^c(collections\nOrderedDict|torch(\._utils|\.storage)?\n_?\w+)\n$/.test(name))
}

/**
 * Refuses what is no archive, with what it is.
 *
 * @throws FileError for a file that `torch.save` has written before 1.6, another pickle, or anything but a ZIP archive
 */
export function refuseLegacy(source: ByteSource, file: string): void {
  if (source.size === 0) throw new FileError(file, 'expected a PyTorch file, got an empty one')
  const head = source.read(0, Math.min(source.size, headBytes))
  if (head[0] === 0x50 && head[1] === 0x4b) return
  if (head[0] !== 0x80) {
    throw new FileError(file, 'expected a PyTorch file, an archive as torch.save writes it, got something else')
  }
  if (!magic.every((byte, i) => head[2 + i] === byte)) {
    throw new FileError(file, `expected a file of torch.save, got another pickle; ${resave.whole(file)}`)
  }
  const remedy = (isPlain(head) ? resave.tensors : resave.whole)(file)
  throw new FileError(file, `expected an archive, got a file in the format of PyTorch before 1.6; ${remedy}`)
}
