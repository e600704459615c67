import { afterAll } from 'vitest'
import { bundle } from '../bundle.js'

/** The worker of a team, made from the sources as they are now, for as long as the calling test file runs. */
export async function teamWorker(): Promise<URL> {
  const bundled = await bundle(['src/node/team/team-worker.ts'], 'node')
  afterAll(() => bundled.remove())
  return bundled.url('team-worker.mjs')
}
