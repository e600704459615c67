import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** Whether a Redis server is installed. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A Redis of its own on loopback, with an append-only file, that can be killed and started again. */
export interface RedisServer {
  readonly url: string
  start(): Promise<void>
  kill(signal: NodeJS.Signals): Promise<void>
}

/** @param password what a client has to say; default: nothing */
export async function redisIn(folder: string, password?: string): Promise<RedisServer> {
  const port = await freePort()
  let server: ChildProcess | undefined
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes']
  return {
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    async start() {
      const more = password === undefined ? [] : ['--requirepass', password]
      server = spawn('redis-server', [...options, '--appendfsync', 'always', ...more], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      for await (const chunk of server.stdout!) if (String(chunk).includes('Ready to accept')) break
      server.stdout!.resume()
    },
    async kill(signal) {
      const ended = once(server!, 'exit')
      server!.kill(signal)
      await ended
    },
  }
}
