import { gzipSync } from 'node:zlib'
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mnistOfFiles, type MnistFiles } from '../../src/data/mnist.js'
import { loadData } from '../../src/node/samples/load-data.js'
import { mnistFolder } from '../../src/node/samples/mnist.js'

const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(mnistFolder(), name)))
const names = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const
const files: MnistFiles = {
  trainImages: bytes(names.trainImages),
  trainLabels: new Blob([bytes(names.trainLabels) as Uint8Array<ArrayBuffer>]),
  testImages: bytes(names.testImages),
  testLabels: gzipSync(bytes(names.testLabels)),
}

describe('MNIST from files', () => {
  it('is that of the package, for both splits', async () => {
    for (const split of ['train', 'test'] as const) {
      const [ours, theirs] = [
        await mnistOfFiles(files, { samples: 30, seed: 4, split }),
        loadData('mnist', { samples: 30, seed: 4, split, needLabels: true }),
      ]
      expect(ours).toEqual(theirs)
    }
  })

  it('is fetched from addresses, and refused by address where there is none', async () => {
    const server = createServer((request, response) => {
      const name = Object.values(names).find((known) => request.url === `/${known}`)
      if (!name) response.writeHead(404).end()
      else response.end(bytes(name))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const at = `http://127.0.0.1:${(server.address() as { port: number }).port}`
    try {
      const from = { ...files, trainLabels: `${at}/${names.trainLabels}` }
      const { labels } = await mnistOfFiles(from, { samples: 20 })
      expect(labels).toHaveLength(20)
      await expect(mnistOfFiles({ ...files, trainLabels: `${at}/none` })).rejects.toThrow(
        /none: expected the file, got status 404/,
      )
    } finally {
      server.close()
    }
  })

  it('is refused where a file is missing, broken or none of MNIST’s', async () => {
    const { trainImages, trainLabels } = files
    await expect(mnistOfFiles({ trainImages, trainLabels }, { split: 'test' })).rejects.toThrow(
      /t10k-images-idx3-ubyte: expected the file for split test/,
    )
    await expect(mnistOfFiles({ trainImages: Uint8Array.of(0x1f, 0x8b, 1), trainLabels })).rejects.toThrow(/gzip/)
    await expect(mnistOfFiles({ trainImages: Uint8Array.of(1, 2, 3, 4), trainLabels })).rejects.toThrow(/IDX file/)
  })
})
