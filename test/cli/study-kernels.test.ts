import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()

it('computes a kernel in panels, says the top of its spectrum, and puts the panels together', () => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(file('data.npz'), 700, 5, 2)
  const study = file('study.yaml')
  writeFileSync(
    study,
    `trials: 1
data: { source: ${file('data.npz')}, samples: 12 }
network: { hiddenLayers: 2, widths: [16, 32] }
prune: { methods: [snip], densities: [0.3] }
graphon: { bins: 4 }
spectrum: { samples: 700, top: 7 }
training: { steps: 0 }
`,
  )
  expect(limn('study', 'run', study, '--out', file('out')).code).toBe(0)
  expect(readFileSync(join(file('out'), 'report.html'), 'utf8')).toContain('on 700 samples')
  const { files } = limnJson<{ files: { path: string; rows: number }[] }>(
    'study',
    'export',
    file('out'),
    '--format',
    'kernels',
    '--out',
    file('kernels'),
  )
  expect(files.map(({ rows }) => rows)).toEqual([700])
  expect(readdirSync(file('kernels'))).toEqual(['kernel-snip-d0.3-h2-w32.npy'])
  const said = readFileSync(files[0].path).subarray(0, 2000).toString('latin1')
  expect(said).toContain('"sizes":[5,32,32,2]')
  expect(said).toContain('"method":"snip"')
  const { eigenvalues } = limnJson<{ eigenvalues: number[] }>('spectrum', files[0].path, '--top', '7')
  const stored = limnJson<{ eigenvalue: number }[]>(
    'study',
    'query',
    file('out'),
    'select eigenvalue from top_eigenvalue order by rank',
  )
  expect(stored.length).toBe(7)
  stored.forEach(({ eigenvalue }, k) => expect(eigenvalue / eigenvalues[k]).toBeCloseTo(1, 9))
})

it('puts no kernel together for samples that are no longer those of the study', () => {
  writeSamples(file('data.npz'), 700, 5, 2, 7)
  const { code, stderr } = limn('study', 'export', file('out'), '--format', 'kernels')
  expect(code).toBe(1)
  expect(stderr).toContain('has changed since the study was planned')
})

it('says which studies have kernels to put together', () => {
  const study = file('plain.yaml')
  writeFileSync(
    study,
    `trials: 1
data: { source: ${file('data.npz')}, samples: 12 }
network: { hiddenLayers: 1, widths: [8] }
prune: { methods: [random], densities: [0.3] }
graphon: { bins: 4 }
training: { steps: 0 }
`,
  )
  expect(limn('study', 'run', study, '--out', file('plain')).code).toBe(0)
  const { code, stderr } = limn('study', 'export', file('plain'), '--format', 'kernels')
  expect(code).toBe(2)
  expect(stderr).toContain('expected a study with a section spectrum')
})
