import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeAtomic } from '../../../src/node/files/files.js'
import { inStudyFolder } from '../../../src/node/studies/folder.js'

const base = mkdtempSync(join(tmpdir(), 'limn-study-folder-'))
afterAll(() => rmSync(base, { recursive: true }))

const temporaries = ['.limn-1.tmp', 'runs/.limn-2.tmp', 'figures/.limn-3.tmp'] as const
const kept = ['runs/run-a.npz', 'runs/.other.tmp', 'runs/limn-4.tmp', 'report.html'] as const

/** A folder with files that somebody left and files that nobody may touch. */
function littered(name: string): string {
  const folder = join(base, name)
  for (const place of ['runs', 'figures']) mkdirSync(join(folder, place), { recursive: true })
  for (const file of [...temporaries, ...kept]) writeFileSync(join(folder, file), '')
  return folder
}

const present = (folder: string, files: readonly string[]) => files.filter((file) => existsSync(join(folder, file)))
const marks = (folder: string) => readdirSync(folder).filter((name) => name.includes('.lock'))

describe('a study’s folder', () => {
  it('is made, marked while work goes on, and left without a trace', async () => {
    const folder = join(base, 'new', 'study')
    await inStudyFolder(folder, () => {
      expect(marks(folder)).toHaveLength(1)
      writeAtomic(join(folder, 'runs', 'a'), 'x')
      return Promise.resolve()
    })
    expect(readdirSync(folder)).toEqual(['runs'])
    expect(readdirSync(join(folder, 'runs'))).toEqual(['a'])
  })

  it('is swept before work and after it, also when the work fails, of temporary files alone', async () => {
    const folder = littered('dead')
    const failing = inStudyFolder(folder, () => {
      expect(present(folder, temporaries)).toEqual([])
      writeFileSync(join(folder, temporaries[1]), 'a thread that was ended')
      return Promise.reject(new Error('interrupted'))
    })
    await expect(failing).rejects.toThrow('interrupted')
    expect(present(folder, temporaries)).toEqual([])
    expect(present(folder, kept)).toEqual(kept)
    expect(marks(folder)).toEqual([])
  })

  it('keeps what a live process, or one of another machine, is writing', async () => {
    const folder = littered('live')
    await inStudyFolder(folder, async () => {
      for (const file of temporaries) writeFileSync(join(folder, file), '')
      await inStudyFolder(folder, () => Promise.resolve())
      expect(present(folder, temporaries)).toEqual(temporaries)
    })
    expect(present(folder, temporaries)).toEqual([])

    const elsewhere = littered('elsewhere')
    writeFileSync(join(elsewhere, '.limn-far.lock'), JSON.stringify({ pid: 1, host: `${hostname()}-other` }))
    await inStudyFolder(elsewhere, () => Promise.resolve())
    expect(present(elsewhere, temporaries)).toEqual(temporaries)
  })

  it('is for one process alone where the work asks for that, and for readers all the while', async () => {
    const folder = littered('alone')
    const alone = (work: () => Promise<void>) => inStudyFolder(folder, work, { alone: true })
    await alone(async () => {
      await expect(alone(() => Promise.resolve())).rejects.toThrow(`${folder}: process ${process.pid} writes it`)
      await inStudyFolder(folder, () => Promise.resolve())
      writeFileSync(join(folder, temporaries[0]), '')
      await expect(alone(() => Promise.resolve())).rejects.toThrow(/writes it/)
      expect(present(folder, temporaries)).toEqual([temporaries[0]])
    })
    expect(marks(folder)).toEqual([])
    await alone(() => Promise.resolve())
    // One that was killed is forgotten.
    writeFileSync(join(folder, '.limn.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }))
    await alone(() => Promise.resolve())
    expect(marks(folder)).toEqual([])
  })

  it('forgets a process that was killed', async () => {
    const folder = littered('killed')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await once(child, 'spawn')
    const mark = join(folder, '.limn-child.lock')
    writeFileSync(mark, JSON.stringify({ pid: child.pid, host: hostname() }))
    await inStudyFolder(folder, () => Promise.resolve())
    expect(present(folder, temporaries)).toEqual(temporaries)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await inStudyFolder(folder, () => Promise.resolve())
    expect(present(folder, temporaries)).toEqual([])
    expect(marks(folder)).toEqual([])
  })
})
