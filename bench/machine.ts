import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { version } from '../src/version.js'

export interface Machine {
  readonly processor: string
  readonly cores: number
  /** Widest vector instructions that the processor tells of. */
  readonly vectors: string
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly limn: string
}

function processorFlags(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

export function describeMachine(): Machine {
  const flags = processorFlags()
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    vectors: /\bavx512f\b/.test(flags) ? 'AVX-512' : /\bavx2\b/.test(flags) ? 'AVX2' : 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    limn: version,
  }
}
