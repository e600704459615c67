import { fail, slot, type TeamBlock } from './team-block.js'
import type { TeamWatch } from './team-watch.js'

/** How many steps and tasks there are in a team's `data`, and how many numbers in a task. */
export interface CommandSize {
  readonly steps: number
  readonly tasks: number
  readonly entries: number
}

/** Commands of a team, one at a time. */
export interface TeamCommands {
  /** @throws Error when a command is open, a thread has ended, or the team was closed */
  readonly requireReady: () => void
  /**
   * Opens a command, does the caller's part, and waits for the others.
   *
   * @throws Error when a kernel fails, here or elsewhere, or a thread has ended
   */
  readonly run: (size: CommandSize, own: () => void) => void
}

export function teamCommands(block: TeamBlock, { requireThreads, awaitOthers }: TeamWatch): TeamCommands {
  const { control } = block
  /** While the caller is in a command. */
  let open = false
  return {
    requireReady() {
      if (open) throw new Error('team: it is at work already; call it again when it is done')
      requireThreads()
    },
    run({ steps, tasks, entries }, own) {
      control[slot.steps] = steps
      control[slot.tasks] = tasks
      control[slot.entries] = entries
      control[slot.failed] = 0
      Atomics.store(control, slot.claim, 0)
      Atomics.add(control, slot.epoch, 1)
      Atomics.notify(control, slot.epoch)
      open = true
      try {
        own()
      } catch (error) {
        fail(block, error)
      }
      open = false
      Atomics.add(control, slot.epoch, 1)
      awaitOthers()
      if (Atomics.load(control, slot.failed) === 0) return
      const text = String.fromCharCode(...block.message.subarray(0, control[slot.messageLength]))
      throw new Error(`team: a kernel failed: ${text}`)
    },
  }
}
