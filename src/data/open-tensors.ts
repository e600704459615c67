import { openArchiveWith } from './archives.js'
import type { ByteSource } from './byte-source.js'
import { readAll, type TensorFile } from './tensor-file.js'
import type { OnUnreadable, TensorArchive } from './tensor.js'
import { sparseTensor } from './scipy-sparse.js'
import { torchFile } from './torch/torch-file.js'

/**
 * Lists the tensors of a `.safetensors`, `.npz`, `.npy` or PyTorch file (`.pt`, `.pth`, `.ckpt`, `.bin`), none of which is
 * read before it is asked for. Of a PyTorch file no code is run: it has to be a state dict, and what else is in it is
 * refused by name.
 *
 * @param from the file's bytes, or a source of them
 * @param file the file's name, whose extension says the format; without an extension the contents do
 * @throws FileError when the format is none of these, or the contents are not what the extension says
 *
 * @example
 * import { encodeNpz } from 'limn'
 * import { openTensors } from 'limn/node'
 *
 * const bytes = encodeNpz(new Map([['fc.weight', { shape: [1, 2], data: Float32Array.of(1, 2) }]]))
 * const { tensors } = openTensors(bytes, 'net.npz')
 * console.log(Array.from(tensors, ([key, { type, shape }]) => [key, type, shape])) // [ [ 'fc.weight', '<f4', [ 1, 2 ] ] ]
 * console.log(tensors.get('fc.weight')?.read().data) // Float32Array(2) [ 1, 2 ]
 */
export function openTensors(from: Uint8Array | ByteSource, file: string): TensorFile {
  return openArchiveWith({ torch: torchFile, sparse: sparseTensor }, from, file)
}

/** All tensors of a file of {@link openTensors}. @throws FileError as there, and for tensors without numbers unless somebody is told */
export function readAnyTensors(bytes: Uint8Array, file: string, onUnreadable?: OnUnreadable): TensorArchive {
  return readAll(openTensors(bytes, file), onUnreadable)
}
