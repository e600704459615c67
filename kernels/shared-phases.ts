// Work that one thread leads and others may join: a sequence of phases of claimable units, without a return to the caller
// between them. Which thread takes which unit is left to chance; a unit's results must not depend on it. Nobody needs to
// join: the leader then takes all units. Control block: two i32 in cache lines of their own, zero before the first phase.

/** Looks at a word that another thread is about to change before sleeping between looks: some microseconds. */
const SPINS: i32 = 10000
const SLEEP_NANOSECONDS: i64 = 50000
/** Looks after which a thread that has claimed a unit must be taken for dead: half a minute. */
const PATIENCE: i32 = 1 << 18

const UNIT_BITS: i32 = 8
const UNIT_MASK: i32 = 255

// @ts-ignore: decorator
@inline
function loadWord(at: usize): i32 {
  return ASC_FEATURE_THREADS ? atomic.load<i32>(at) : load<i32>(at)
}

// @ts-ignore: decorator
@inline
function storeWord(at: usize, value: i32): void {
  if (ASC_FEATURE_THREADS) atomic.store<i32>(at, value)
  else store<i32>(at, value)
}

/** Waits until the word differs from `value`, which another thread is about to change. */
function awaitChange(at: usize, value: i32): void {
  if (ASC_FEATURE_THREADS) {
    for (let spin: i32 = 0; spin < SPINS; spin++) if (atomic.load<i32>(at) != value) return
    atomic.wait<i32>(at, value, SLEEP_NANOSECONDS)
  }
}

/** For the leader: opens phase `phase`, numbered upwards from 1. */
export function openPhase(control: usize, phase: i32): void {
  storeWord(control + 64, 0)
  storeWord(control, phase << UNIT_BITS)
}

/** For the leader: the next unit of the open phase, or −1 when all are taken. */
export function nextUnit(control: usize, units: i32): i32 {
  let word = loadWord(control)
  while ((word & UNIT_MASK) < units) {
    if (take(control, word)) return word & UNIT_MASK
    word = loadWord(control)
  }
  return -1
}

/** Claims the unit that `word` names; false when another thread was faster, or the phase has ended. */
// @ts-ignore: decorator
@inline
export function take(control: usize, word: i32): bool {
  if (ASC_FEATURE_THREADS) return atomic.cmpxchg<i32>(control, word, word + 1) == word
  store<i32>(control, word + 1)
  return true
}

/** Says that a claimed unit is done. */
export function finishUnit(control: usize): void {
  if (ASC_FEATURE_THREADS) atomic.add<i32>(control + 64, 1)
  else store<i32>(control + 64, load<i32>(control + 64) + 1)
}

/** For the leader, when no unit is left: waits for those that others still work at. */
export function closePhase(control: usize, units: i32): void {
  for (let look: i32 = 0; look < PATIENCE; look++) {
    const done = loadWord(control + 64)
    if (done == units) return
    awaitChange(control + 64, done)
  }
  unreachable()
}

/** For the leader: no phase follows. */
export function endPhases(control: usize): void {
  storeWord(control, -1)
}

/** For those who join: the word of the open phase; its phase is `word >> 8`, its unit `word & 255`, −1 when all is over. */
export function currentWord(control: usize): i32 {
  return loadWord(control)
}

/** For those who join: waits for something to do. */
export function awaitPhase(control: usize, word: i32): void {
  awaitChange(control, word)
}
