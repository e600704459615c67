import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'

/** Tells whether a thread lives, even while this thread blocks and can handle no event. */
export interface Lifeline {
  /** For the thread, which has to keep it: it closes with the thread, however that ends. */
  readonly end: MessagePort
  /** False once the thread has ended. */
  readonly alive: () => boolean
  readonly close: () => void
}

/** A channel between this thread and one that is about to start. */
export function lifeline(): Lifeline {
  const { port1, port2: end } = new MessageChannel()
  let port = port1
  let open = true
  function alive(): boolean {
    if (!open) return false
    // News of the other end's closing waits in the queue. A closed port can no longer be passed on, and to try is the only
    // way of asking that needs no event: a port that is open makes a round trip over a channel of its own.
    receiveMessageOnPort(port)
    const { port1: out, port2: back } = new MessageChannel()
    try {
      out.postMessage(port, [port])
      port = (receiveMessageOnPort(back) as { message: MessagePort }).message
    } catch {
      open = false
    }
    out.close()
    return open
  }
  return { end, alive, close: () => port.close() }
}
