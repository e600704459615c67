import { fail, slot, stateOf, threadState, type TeamBlock } from './team-block.js'

/** Loads before the caller goes to sleep while threads finish their last task. */
const spins = 2000
/** Milliseconds that the caller sleeps before it asks whether the threads it waits for still live. */
const patience = 250

/** What the caller of a team watches its other threads by. */
export interface TeamWatch {
  /** Takes note of threads that have ended without a word. */
  readonly loseDead: () => void
  /** @throws Error when a thread has ended, or the team was closed */
  readonly requireThreads: () => void
  /** Returns when no thread works at the command, which is closed. @throws Error when one of them has ended */
  readonly awaitOthers: () => void
}

/** The other threads of a team, as their caller sees them. */
export interface OtherThreads {
  readonly threads: readonly number[]
  /** Whether one still lives. */
  readonly alive: (thread: number) => boolean
  /** Takes note that one has ended. */
  readonly lose: (thread: number) => void
  /** Why the first one ended, where it is known. */
  readonly cause: () => string | undefined
}

export function watchThreads(block: TeamBlock, { threads, alive, lose, cause }: OtherThreads): TeamWatch {
  const { control, states } = block

  const requireThreads = (): void => {
    if (Atomics.load(control, slot.lost) !== 0) {
      const why = cause()
      const because = why === undefined ? '' : ` (${why})`
      throw new Error(
        `team: a thread has ended${because}; start another team, with fewer threads or samples if memory was short`,
      )
    }
    if (Atomics.load(control, slot.stopped) !== 0) throw new Error('team: it was closed; start another one')
  }

  const loseDead = (): void => {
    for (const thread of threads) if (!alive(thread)) lose(thread)
  }

  /** Threads that may still write to memory, the dead apart. */
  const working = (): number[] =>
    threads.filter((thread) => Atomics.load(states, stateOf(thread)) === threadState.working && alive(thread))

  function awaitOthers(): void {
    for (let i = 0; i < spins; i++) if (Atomics.load(control, slot.active) === 0) return
    for (;;) {
      const active = Atomics.load(control, slot.active)
      if (active === 0) return
      if (Atomics.wait(control, slot.active, active, patience) === 'timed-out') loseDead()
      if (Atomics.load(control, slot.lost) === 0) continue
      // The dead stay counted as active. What the living still do must not reach memory that is used for something else.
      fail(block, 'a thread has ended')
      for (let left = working(); left.length > 0; left = working()) {
        Atomics.wait(states, stateOf(left[0]), threadState.working, patience / 10)
      }
      requireThreads()
    }
  }

  return { loseDead, requireThreads, awaitOthers }
}
