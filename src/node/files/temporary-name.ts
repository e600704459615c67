import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readlinkSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isAlive, startOf } from './lock.js'

/** Where process ids mean the same: the machine, and on Linux the container. */
function placeOfIds(): string {
  let container = ''
  try {
    container = readlinkSync('/proc/self/ns/pid')
  } catch {
    // Only Linux has them.
  }
  return createHash('sha256').update(`${hostname()} ${container}`).digest('hex').slice(0, 8)
}

/** `.limn-<place>-<process>-<its start>-<random>.tmp` */
const pattern = /^\.limn-([0-9a-f]{8})-([1-9]\d*)-(\d*)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/

/** A name for a file that this process writes and then renames. */
export function temporaryName(): string {
  return `.limn-${placeOfIds()}-${process.pid}-${startOf(process.pid) ?? ''}-${randomUUID()}.tmp`
}

/** Removes the temporary files of processes that have died while they wrote into a folder; those of others stay. */
export function removeLeftovers(folder: string): void {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return
  }
  const place = placeOfIds()
  for (const name of names) {
    const [, where, pid, started] = pattern.exec(name) ?? []
    if (where !== place || isAlive({ pid: Number(pid), ...(started !== '' && { started }) })) continue
    try {
      rmSync(join(folder, name), { force: true })
    } catch {
      // Another user's, or on a disk that is read-only by now: not worth failing for.
    }
  }
}
