import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

/** A server on the loopback interface. */
export interface Served {
  /** With a slash at the end. */
  readonly origin: string
  close(): Promise<void>
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' }
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Serves the files of a folder, and at `/` a page that loads `page.js`; `isolated` makes pages cross-origin isolated. */
export async function serve(folder: string, { isolated }: { readonly isolated: boolean }): Promise<Served> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    const body =
      path === '/'
        ? Promise.resolve('<!doctype html><title>limn</title><script type="module" src="/page.js"></script>')
        : readFile(join(folder, path))
    body.then(
      (content) => {
        const type = types[extname(path)] ?? (path === '/' ? 'text/html' : 'application/octet-stream')
        response.writeHead(200, { 'Content-Type': type, ...(isolated && isolation) }).end(content)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
