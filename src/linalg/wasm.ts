import { inflateSync } from 'fflate'
import { chunkBytes, packed, packedBuilds } from './wasm.generated.js'

/** A WebAssembly binary: the level of its instructions, and whether its memory is its own or shared between threads. */
export interface WasmBuild {
  readonly level: 'simd' | 'relaxed-simd'
  readonly memory: 'own' | 'shared'
}

function decodeBase64(text: string): Uint8Array {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

let unpacked: readonly Uint8Array<ArrayBuffer>[] | undefined

/**
 * The builds are packed together: they share most of their code, so that chunks of all of them in turn deflate to a quarter of
 * what each takes by itself.
 */
function unpack(): readonly Uint8Array<ArrayBuffer>[] {
  const bytes = inflateSync(decodeBase64(packed))
  const builds = packedBuilds.map(({ length }) => new Uint8Array(length))
  let at = 0
  for (let first = 0; at < bytes.length; first += chunkBytes) {
    for (const build of builds) {
      const chunk = bytes.subarray(at, at + Math.min(chunkBytes, Math.max(0, build.length - first)))
      build.set(chunk, Math.min(first, build.length))
      at += chunk.length
    }
  }
  return builds
}

/** The binary of a build. */
export function wasmBytes({ level, memory }: WasmBuild): Uint8Array<ArrayBuffer> {
  unpacked ??= unpack()
  const index = packedBuilds.findIndex((build) => build.level === level && build.memory === memory)
  return unpacked[index]
}
