import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * An S3-compatible server on loopback behind a proxy that, drawn from a seed, answers late, refuses for a while, loses answers to what
 * it has done, and cuts bodies.
 */
const program = `
import http from 'node:http'
import S3rver from 's3rver'
const [directory, faults] = process.argv.slice(1)
const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: 'studies' }] })
const { port } = await server.run()
let state = 1
const draw = () => ((state = (state * 48271) % 2147483647) / 2147483647)
const proxy = http.createServer((request, response) => {
  const fate = faults === 'faults' ? draw() : 1
  const forward = () => {
    const { method, url, headers } = request
    const onward = http.request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      if (fate < 0.06) return answer.resume().on('end', () => response.destroy())
      response.writeHead(answer.statusCode, answer.headers)
      if (fate < 0.12 && method === 'GET') {
        const parts = []
        return answer.on('data', (part) => parts.push(part)).on('end', () => {
          const all = Buffer.concat(parts)
          response.write(all.subarray(0, all.length / 2), () => response.destroy())
        })
      }
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }
  if (fate > 0.8 && fate < 0.9) {
    request.resume()
    response.writeHead(503, { 'content-type': 'application/xml' })
    response.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>')
  } else if (fate > 0.9 && fate < 1) setTimeout(forward, 30)
  else forward()
})
proxy.listen(0, '127.0.0.1', () => console.log(proxy.address().port))
`

export interface ObjectServer {
  /** What a process needs in its environment to reach it. */
  readonly env: Readonly<Record<string, string>>
  /** Objects of the bucket `studies` below a prefix, by key, as they are on the disk. */
  objects(prefix: string): ReadonlyMap<string, Uint8Array>
  /** Changes an object behind the server's back. */
  change(key: string, bytes: Uint8Array): void
  stop(): void
}

const ending = '._S3rver_object'

export async function objectServer(directory: string, faults: 'faults' | 'none'): Promise<ObjectServer> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', program, directory, faults],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  const folder = join(directory, 'studies')
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${String(line).trim()}`,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_REGION: 'us-east-1',
    },
    objects(prefix) {
      const below = join(folder, prefix)
      const names = existsSync(below) ? (readdirSync(below, { recursive: true }) as string[]) : []
      const own = names.filter((name) => name.endsWith(ending))
      return new Map(own.map((name) => [name.slice(0, -ending.length), readFileSync(join(below, name))]))
    },
    change: (key, bytes) => writeFileSync(join(folder, `${key}${ending}`), bytes),
    stop: () => child.kill('SIGKILL'),
  }
}
