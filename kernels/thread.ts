// Static memory that kernels may write. Instances on several threads can share one memory, where an address fixed at
// compile time would be everybody's: this is the only such address, and every thread is given its own.

/** 64 bytes, aligned to 16, that no other thread writes. */
export let threadScratch: usize = memory.data(64, 16)

/** Gives this instance its own scratch bytes. */
export function setThreadScratch(at: usize): void {
  threadScratch = at
}
