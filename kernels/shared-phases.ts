// Work in phases that one thread leads and others may join without leaving the kernel between them. A phase is a few units
// that are claimed one by one; a unit's results must not depend on who takes it. Nobody needs to join: the leader then takes
// all units. The leader never waits without end, see `closePhase`.
// Control block: i32 words in cache lines of their own, zero before the first phase.

/** Number of the open phase, counted upwards from 1; −1 when all is over. */
const PHASE: usize = 0
/** Units that have been finished in all phases together. */
const DONE: usize = 64
/** Threads that sleep on PHASE; 1 while the leader sleeps on DONE. */
const SLEEPERS: usize = 128
const LEADER_SLEEPS: usize = 132
/** The last phase in which a unit was claimed, one word for each unit. */
const CLAIMS: usize = 192

/** Looks at a word that is about to change before sleeping: some tens of microseconds. */
const SPINS: i32 = 20000
const NANOSECONDS: i64 = 50000000
/** Sleeps after which the leader asks its caller whether everybody is still there. */
const SLEEPS: i32 = 5

// @ts-ignore: decorator
@inline
function read(at: usize): i32 {
  return ASC_FEATURE_THREADS ? atomic.load<i32>(at) : load<i32>(at)
}

// @ts-ignore: decorator
@inline
function write(at: usize, value: i32): void {
  if (ASC_FEATURE_THREADS) atomic.store<i32>(at, value)
  else store<i32>(at, value)
}

// @ts-ignore: decorator
@inline
function add(at: usize, value: i32): void {
  if (ASC_FEATURE_THREADS) atomic.add<i32>(at, value)
  else store<i32>(at, load<i32>(at) + value)
}

// @ts-ignore: decorator
@inline
function wake(at: usize): void {
  if (ASC_FEATURE_THREADS) atomic.notify(at, -1)
}

/** Whether this thread is the one to do a unit of a phase. Never, when the phase is over: all of its units were claimed. */
export function claimUnit(control: usize, phase: i32, unit: usize): bool {
  const at = control + CLAIMS + (unit << 2)
  const last = read(at)
  if (last >= phase) return false
  if (ASC_FEATURE_THREADS) return atomic.cmpxchg<i32>(at, last, phase) == last
  store<i32>(at, phase)
  return true
}

/** Says that a claimed unit is done. */
export function finishUnit(control: usize): void {
  add(control + DONE, 1)
  if (read(control + LEADER_SLEEPS) != 0) wake(control + DONE)
}

/** For the leader: opens a phase. What its units need has been written. */
export function openPhase(control: usize, phase: i32): void {
  write(control + PHASE, phase)
  if (read(control + SLEEPERS) != 0) wake(control + PHASE)
}

/** For the leader: no phase follows. May be said at any time; units that are being worked at are finished. */
export function endPhases(control: usize): void {
  openPhase(control, -1)
}

/**
 * For the leader, when no unit is left to claim: waits until `units` have been finished in all phases together. False when
 * that takes a quarter of a second: a thread may have died with a unit. The leader may ask again.
 */
export function closePhase(control: usize, units: i32): bool {
  const at = control + DONE
  for (let spin: i32 = 0; spin < SPINS; spin++) if (read(at) == units) return true
  if (ASC_FEATURE_THREADS) {
    write(control + LEADER_SLEEPS, 1)
    for (let sleep: i32 = 0; sleep < SLEEPS; sleep++) {
      const done = read(at)
      if (done == units) break
      atomic.wait<i32>(at, done, NANOSECONDS)
    }
    write(control + LEADER_SLEEPS, 0)
  }
  return read(at) == units
}

/** For those who join: the number of the open phase once it is not `phase`; −1 when all is over. */
export function nextPhase(control: usize, phase: i32): i32 {
  const at = control + PHASE
  let open = read(at)
  for (;;) {
    for (let spin: i32 = 0; spin < SPINS && open == phase; spin++) open = read(at)
    if (open != phase) break
    if (ASC_FEATURE_THREADS) {
      add(control + SLEEPERS, 1)
      atomic.wait<i32>(at, phase, NANOSECONDS)
      add(control + SLEEPERS, -1)
    }
    open = read(at)
  }
  return open
}
