import type { ByteSource } from '../byte-source.js'
import { adoptedMemory, adoptElements } from '../elements.js'
import { FileError } from '../file-error.js'
import { shapeText } from '../shape.js'
import { notReadable, type StoredTensor, type TensorFile } from '../tensor-file.js'
import type { Tensor } from '../tensor.js'
import { readZip, type ZipEntry } from '../zip.js'
import { allowed, storageOf } from './globals.js'
import { refuseLegacy } from './legacy.js'
import { metadataName, metadataOf } from './metadata.js'
import { PickleError } from './pickle-cursor.js'
import type { PyTensor } from './pickle-values.js'
import { pickleName } from './pickled.js'
import { resave } from './remedy.js'
import { findStateDict, type Found } from './state-dict.js'
import { extentOf, gather } from './strided.js'
import { unpickle } from './unpickle.js'

/** Longest pickle that is read: that of 100,000 tensors takes a third of it. */
const longestPickle = 100_000_000
const mostTensors = 100_000

/** The parts of an archive that `torch.save` has written. */
interface TorchArchive {
  readonly file: string
  readonly size: number
  readonly pickle: ZipEntry
  readonly littleEndian: boolean
  /** What limn has said of the file; empty in those of others. */
  readonly metadata: Readonly<Record<string, string>>
  /** The contents of an entry. */
  readonly open: (entry: ZipEntry) => ByteSource
  readonly storage: (key: string) => ZipEntry | undefined
}

function openArchive(source: ByteSource, file: string): TorchArchive {
  const entries = new Map(readZip(source, file).map((entry) => [entry.name, entry]))
  const pickles = [...entries.keys()].filter((name) => pickleName.test(name))
  if (pickles.length !== 1) {
    const got = pickles.length === 0 ? 'none' : `${pickles.length} of them`
    const remedy = pickles.length === 0 ? 'a NumPy archive is to be called .npz' : resave.whole(file)
    throw new FileError(file, `expected one data.pkl as torch.save writes it, got ${got}; ${remedy}`)
  }
  const folder = pickles[0].slice(0, -'data.pkl'.length)
  if ([...entries.keys()].some((name) => name === `${folder}constants.pkl` || name.startsWith(`${folder}code/`))) {
    throw new FileError(file, `expected a state dict, got a TorchScript program; ${resave.script(file)}`)
  }
  const pickle = entries.get(pickles[0])!
  // Saved after torch.serialization.set_crc32_options(False), all checksums are 0; those of contents hardly ever are.
  const hasChecksums = [...entries.values()].some(({ checksum }) => checksum !== 0)
  const open = (entry: ZipEntry): ByteSource => {
    if (entry.stored) return entry.open(hasChecksums)
    throw new FileError(
      file,
      `expected it stored as torch.save does, got it packed; ${resave.tensors(file)}`,
      entry.name,
    )
  }
  return {
    file,
    size: source.size,
    pickle,
    metadata: describedBy(entries.get(`${folder}${metadataName}`), open, file),
    littleEndian: isLittleEndian(entries.get(`${folder}byteorder`), open, file),
    open,
    storage: (key) => entries.get(`${folder}data/${key}`),
  }
}

function describedBy(entry: ZipEntry | undefined, open: TorchArchive['open'], file: string) {
  return entry ? metadataOf(entry.size, () => open(entry).read(0, entry.size), file, entry.name) : {}
}

/** Files before PyTorch 2.1 do not say it. */
function isLittleEndian(entry: ZipEntry | undefined, open: TorchArchive['open'], file: string): boolean {
  if (!entry) return true
  const text = new TextDecoder().decode(open(entry).read(0, Math.min(entry.size, 8)))
  if (text !== 'little' && text !== 'big') {
    throw new FileError(file, `expected little or big, got ${JSON.stringify(text)}`, entry.name)
  }
  return text === 'little'
}

function stateDictOf({ file, pickle, open, storage }: TorchArchive): Found | undefined {
  if (!(pickle.size <= longestPickle)) {
    throw new FileError(file, `expected at most ${longestPickle} bytes, got ${pickle.size}`, pickle.name)
  }
  const contents = open(pickle)
  try {
    const root = unpickle(contents.read(0, contents.size), {
      resolve: (module, name) => allowed(module, name) ?? refuse(`${module}.${name}`, file),
      load: (id) => {
        const found = storageOf(id)
        if (!found) throw new PickleError("expected persistent ids ('storage', type, key, location, elements)")
        const entry = storage(found.key)
        if (!entry) throw new PickleError(`expected a storage that the archive has, got data/${found.key}`)
        if (entry.size !== found.count * found.elements.size) {
          const expected = `${found.count} elements of ${found.elements.name}`
          throw new PickleError(`expected ${expected} in data/${found.key}, got ${entry.size} bytes`)
        }
        return found
      },
    })
    return findStateDict(root)
  } catch (error) {
    if (error instanceof PickleError) throw new FileError(file, error.message, pickle.name)
    throw error
  }
}

const sparseTensor = 'torch._utils._rebuild_sparse_tensor'

function refuse(name: string, file: string): never {
  if (name === sparseTensor) {
    throw new FileError(file, `expected dense tensors, got one made by ${name}; ${resave.dense(file)}`)
  }
  const short = name.length > 100 ? `${name.slice(0, 100)}…` : name
  throw new FileError(
    file,
    `expected a state dict, tensors alone, got an object made by ${short}; ${resave.whole(file)}`,
  )
}

/** @throws FileError where a tensor lies outside of its storage */
function storedTensor(key: string, tensor: PyTensor, archive: TorchArchive): StoredTensor {
  const { file } = archive
  const { type, shape, storage, lazy } = tensor
  const { element, size, name } = type
  const unreadable = (problem: string): StoredTensor => notReadable(new FileError(file, problem, key), shape, name)
  if (!element) return unreadable(`expected booleans, integers or real numbers, got ${name}`)
  if (lazy) return unreadable(`expected values that are stored, got lazily negated ones; ${resave.copied(file)}`)
  const extent = extentOf(tensor, Math.floor((storage.count * storage.elements.size) / size))
  if (!extent) {
    const got = `shape ${shapeText(shape)}, strides ${shapeText(tensor.strides)}, offset ${tensor.offset}`
    throw new FileError(
      file,
      `expected a view of the ${storage.count} elements of data/${storage.key}, got ${got}`,
      key,
    )
  }
  const bytes = extent.count * size
  // An expanded tensor repeats elements, and could do so without end.
  if (!(bytes <= archive.size)) {
    return unreadable(
      `expected at most ${archive.size} bytes as the file has, got ${bytes} by repeating elements; ${resave.copied(file)}`,
    )
  }
  const entry = archive.storage(storage.key)!
  const read = (): Tensor => {
    try {
      const data = adoptElements(element, gather(archive.open(entry), tensor, extent, size), archive.littleEndian)
      const stored = element === 'f16' || element === 'bf16' ? element : undefined
      return { shape, data, ...(stored && { stored }) }
    } catch (error) {
      if (error instanceof RangeError) throw new FileError(file, error.message, key)
      throw error
    }
  }
  return {
    type: name,
    shape,
    memory: adoptedMemory(element, bytes) + (extent.contiguous ? 0 : extent.span * size),
    read,
  }
}

/**
 * Lists the tensors of a state dict that `torch.save` has written, of whose archive the directory and the pickle alone are
 * read. Of the pickle no code is run: it may name what state dicts are made of, and nothing else.
 *
 * @throws FileError for whole models, programs of TorchScript, files of PyTorch before 1.6 and damaged ones, with the line of
 *   Python that saves them as a state dict
 */
export function torchFile(source: ByteSource, file: string): TensorFile {
  refuseLegacy(source, file)
  const archive = openArchive(source, file)
  const found = stateDictOf(archive)
  if (!found) {
    throw new FileError(file, `expected a dictionary of names to tensors, got none; ${resave.whole(file)}`)
  }
  if ('candidates' in found) {
    const { candidates } = found
    throw new FileError(
      file,
      `expected one state dict, got ${candidates.slice(0, 8).join(', ')}; ${resave.entry(file, candidates[0])}`,
    )
  }
  if (found.tensors.size > mostTensors) {
    throw new FileError(file, `expected at most ${mostTensors} tensors, got ${found.tensors.size}`)
  }
  const tensors = new Map(Array.from(found.tensors, ([key, tensor]) => [key, storedTensor(key, tensor, archive)]))
  return { tensors, metadata: archive.metadata, ...(found.apart.length > 0 && { apart: found.apart }) }
}
