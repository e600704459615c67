import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Memory of the control groups that a process is in. */
export interface GroupMemory {
  /** Bytes that the tightest of them allows; Infinity where none sets a limit. */
  readonly limit: number
  /** Bytes that can still be taken in all of them, with what the system gives back when it has to. */
  readonly room: number
}

/** Where the two versions of control groups keep what we need. */
const versions = [
  {
    group: /^0::(.*)$/m,
    mount: 'sys/fs/cgroup',
    limit: 'memory.max',
    used: 'memory.current',
    reclaimable: /^inactive_file (\d+)$/m,
  },
  {
    group: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m,
    mount: 'sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    reclaimable: /^total_inactive_file (\d+)$/m,
  },
] as const

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** A folder and those above it, up to the root. */
function upwards(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...upwards(above)]
}

/**
 * Limits of the control groups of this process (version 1 and 2) and of those above them, as far as they can be seen: a
 * container's limit is often that of a group above.
 *
 * @param root of the file system, for tests
 */
export function groupMemory(root = '/'): GroupMemory {
  let [limit, room] = [Infinity, Infinity]
  const groups = textOf(join(root, 'proc/self/cgroup'))
  for (const version of versions) {
    const path = version.group.exec(groups)?.[1]
    if (path === undefined) continue
    for (const group of upwards(join('/', path))) {
      const folder = join(root, version.mount, group)
      const most = Number(textOf(join(folder, version.limit)).trim() || NaN)
      // Version 1 says none by a number near 2^63, version 2 by a word.
      if (!(most > 0 && most < 2 ** 60)) continue
      const used = Number(textOf(join(folder, version.used)).trim())
      const reclaimable = Number(version.reclaimable.exec(textOf(join(folder, 'memory.stat')))?.[1] ?? 0)
      limit = Math.min(limit, most)
      room = Math.min(room, Math.max(0, most - Math.max(0, used - reclaimable)))
    }
  }
  return { limit, room }
}
