import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { freshFolder, main } from './limn.js'

/** A Python that has PyTorch; most machines have none. */
const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import torch, numpy']).status === 0,
)
const page = readFileSync('docs/from-pytorch.md', 'utf8')
const blocks = Array.from(page.matchAll(/```(python|sh)\n([^]*?)```/g), ([, language, code]) => ({ language, code }))

it('has programs in the page, whose commands are limn’s', () => {
  expect(blocks.map(({ language }) => language)).toEqual(['python', 'sh', 'sh', 'python', 'sh', 'python', 'python'])
})

it.runIf(python)('runs every program of docs/from-pytorch.md, one after another', { timeout: 300_000 }, () => {
  const folder = freshFolder()('.')
  mkdirSync(folder, { recursive: true })
  let before = ''
  for (const { language, code } of blocks) {
    if (language === 'sh') {
      for (const line of code.trim().split('\n')) {
        const words = line.split(' ')
        expect(words[0]).toBe('limn')
        const { status, stderr } = spawnSync(process.execPath, [main, ...words.slice(1)], {
          cwd: folder,
          encoding: 'utf8',
        })
        expect(status, `${line}: ${stderr}`).toBe(0)
      }
    } else {
      before += code
      const { status, stderr } = spawnSync(python!, ['-c', before], { cwd: folder, encoding: 'utf8' })
      expect(status, stderr).toBe(0)
    }
  }
})
