import { readFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { KernelArithmetic } from '../../linalg/arithmetic.js'
import type { Speeds } from '../../study/foresight.js'
import { writeAtomic } from '../files/files.js'

const speedsSchema = z.record(
  z.string(),
  z.strictObject({ cost: z.number().nonnegative(), seconds: z.number().nonnegative() }),
)
const fileSchema = z.record(z.string(), speedsSchema)

/** Cost units of a kind beyond which what was measured before counts less: machines and programs change. */
const longMemory = 600

const place = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'limn', 'speeds.json')

const keyOf = (kernels: KernelArithmetic): string => `${hostname()} ${kernels}`

function readAll(): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(place(), 'utf8')))
  } catch {
    // No file, or one of another program: nothing is known, which foresight says.
    return {}
  }
}

/** What jobs have taken on this machine so far, by kind; empty where none has run. */
export const machineSpeeds = (kernels: KernelArithmetic): Speeds => readAll()[keyOf(kernels)] ?? {}

/** Adds what jobs have taken to what this machine knows. A folder that cannot be written to keeps it as it is. */
export function rememberSpeeds(kernels: KernelArithmetic, measured: Speeds): void {
  if (Object.keys(measured).length === 0) return
  const all = readAll()
  const known = { ...all[keyOf(kernels)] }
  for (const [kind, { cost, seconds }] of Object.entries(measured)) {
    const before = known[kind] ?? { cost: 0, seconds: 0 }
    const kept = Math.min(1, longMemory / Math.max(before.cost, longMemory))
    known[kind] = { cost: before.cost * kept + cost, seconds: before.seconds * kept + seconds }
  }
  try {
    writeAtomic(place(), `${JSON.stringify({ ...all, [keyOf(kernels)]: known }, null, 1)}\n`)
  } catch {
    // A home that is read-only: the next plan then knows no more than this one did.
  }
}
