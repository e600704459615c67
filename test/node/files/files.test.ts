import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  listFolder,
  pathKind,
  readBytes,
  readText,
  requireWritable,
  writeAtomic,
  writeTogether,
} from '../../../src/node/files/files.js'
import { expectFileError, utf8 } from '../../data/helpers.js'

let folder: string
const at = (...names: string[]) => join(folder, ...names)
const isRoot = process.getuid?.() === 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limn-files-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('reading', () => {
  it('reads bytes and UTF-8 text, without a byte order mark', () => {
    writeFileSync(at('a'), '\ufeffä\n')
    expect(readBytes(at('a'))).toEqual(Uint8Array.of(0xef, 0xbb, 0xbf, 0xc3, 0xa4, 0x0a))
    expect(readText(at('a'))).toBe('ä\n')
  })

  it('refuses what is missing, a folder, a path through a file, an endless device, and text in another encoding', () => {
    writeFileSync(at('file'), Uint8Array.of(0xff))
    expectFileError(() => readBytes(at('none')), at('none'), /no such file/)
    expectFileError(() => readBytes(folder), folder, /expected a file, got a folder/)
    expectFileError(() => readBytes(at('file', 'x')), at('file', 'x'), /is not a folder/)
    expectFileError(() => readBytes('/dev/zero'), '/dev/zero', /got a device/)
    expectFileError(() => readText(at('file')), at('file'), /UTF-8/)
    expectFileError(() => listFolder(at('none')), at('none'), /no such file or folder/)
  })

  it('refuses a file of a terabyte at once', () => {
    execFileSync('truncate', ['-s', '1T', at('large')])
    expectFileError(() => readBytes(at('large')), at('large'), /at most 2 GiB/)
  })

  it.skipIf(isRoot)('refuses what it may not read', () => {
    writeFileSync(at('secret'), '')
    chmodSync(at('secret'), 0)
    expectFileError(() => readBytes(at('secret')), at('secret'), /permission denied/)
  })

  it('tells files, folders and devices apart, and lists a folder with numbers by value', () => {
    for (const name of ['b10', 'b9', 'a']) writeFileSync(at(name), '')
    expect([pathKind(at('a')), pathKind(folder), pathKind('/dev/null'), pathKind(at('none'))]).toEqual([
      'file',
      'folder',
      'other',
      'missing',
    ])
    expect(listFolder(folder)).toEqual(['a', 'b9', 'b10'])
  })
})

describe('writeAtomic', () => {
  it('writes bytes and text, makes the folders it needs, and leaves nothing else', () => {
    writeAtomic(at('a', 'b', 'c.bin'), Uint8Array.of(1, 2))
    writeAtomic(at('a', 'b', 'c.txt'), 'ä')
    expect(readFileSync(at('a', 'b', 'c.bin'))).toEqual(Buffer.of(1, 2))
    expect(readText(at('a', 'b', 'c.txt'))).toBe('ä')
    expect(readdirSync(at('a', 'b'))).toEqual(['c.bin', 'c.txt'])
  })

  it('replaces a file and keeps its permissions', () => {
    writeFileSync(at('a'), 'a longer text')
    chmodSync(at('a'), 0o640)
    writeAtomic(at('a'), utf8('new'))
    expect(readText(at('a'))).toBe('new')
    expect(statSync(at('a')).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('replaces the target of a link and not the link', () => {
    mkdirSync(at('deep'))
    writeFileSync(at('deep', 'target'), 'old')
    symlinkSync(at('deep', 'target'), at('link'))
    writeAtomic(at('link'), 'new')
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true)
    expect(readText(at('deep', 'target'))).toBe('new')
  })

  it('refuses a link that leads nowhere, a folder, and a folder that is a file', () => {
    symlinkSync(at('nowhere'), at('link'))
    writeFileSync(at('file'), 'kept')
    expectFileError(() => writeAtomic(at('link'), 'x'), at('link'), /leads nowhere/)
    expectFileError(() => writeAtomic(folder, 'x'), folder, /got a folder/)
    expectFileError(() => writeAtomic(at('file', 'x'), 'x'), at('file', 'x'), /not a folder/)
    expect(readText(at('file'))).toBe('kept')
    expect(readdirSync(folder)).toEqual(['file', 'link'])
  })

  it('says that a device is full, and never replaces a device by a file', () => {
    expectFileError(() => writeAtomic('/dev/full', 'x'), '/dev/full', /no space left on the device; free some space/)
    symlinkSync('/dev/full', at('full'))
    expectFileError(() => writeAtomic(at('full'), 'x'), at('full'), /no space left/)
    writeAtomic('/dev/null', 'x')
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true)
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
    expectFileError(() => writeAtomic('/dev/nosuch', 'x'), '/dev/nosuch', /no such file/)
    expect(existsSync('/dev/nosuch')).toBe(false)
  })

  it('refuses where nothing can be written', () => {
    expectFileError(() => writeAtomic('/proc/nosuch/x', 'x'), '/proc/nosuch/x', /no such file or folder/)
    const long = at('x'.repeat(300))
    expectFileError(() => writeAtomic(long, 'x'), long, /too long/)
  })

  it.skipIf(isRoot)('refuses what it may not write', () => {
    writeFileSync(at('kept'), 'old')
    chmodSync(at('kept'), 0o444)
    expectFileError(() => writeAtomic(at('kept'), 'x'), at('kept'), /permission denied/)
    chmodSync(folder, 0o555)
    expectFileError(() => writeAtomic(at('new'), 'x'), at('new'), /permission denied/)
    chmodSync(folder, 0o755)
  })

  describe('in a process of its own', () => {
    const run = (shell: string, path: string, bytes: number): string => {
      const module = pathToFileURL('src/node/files/files.ts').href
      const program = `import { writeAtomic } from ${JSON.stringify(module)}
        try { writeAtomic(${JSON.stringify(path)}, 'y'.repeat(${bytes})) } catch (error) { console.error(error.message) }`
      writeFileSync(at('program.mts'), program)
      return execFileSync('bash', ['-c', shell, 'bash', 'node_modules/.bin/tsx', at('program.mts')], {
        encoding: 'utf8',
      })
    }

    it('keeps the old file and removes its own when the space ends half way', () => {
      writeFileSync(at('out'), 'old')
      expect(run('ulimit -f 8; "$@" 2>&1', at('out'), 100_000)).toMatch(/out: the file would be larger than allowed/)
      expect(readText(at('out'))).toBe('old')
      expect(readdirSync(folder)).toEqual(['out', 'program.mts'])
    })

    it('writes to /dev/stdout as a pipe and as a file', () => {
      expect(run('"$@" | cat', '/dev/stdout', 100_000)).toBe('y'.repeat(100_000))
      run(`{ echo first; "$@"; } > ${at('redirected')}`, '/dev/stdout', 3)
      expect(readText(at('redirected'))).toBe('first\nyyy')
      expect(lstatSync('/dev/stdout').isSymbolicLink()).toBe(true)
    })
  })
})

describe('writing several files', () => {
  it('writes all of them or none, and leaves no folder behind', () => {
    writeTogether([
      { path: at('new', 'a'), contents: 'a' },
      { path: at('b'), contents: 'b' },
    ])
    expect([readText(at('new', 'a')), readText(at('b'))]).toEqual(['a', 'b'])
    const files = [
      { path: at('other', 'deep', 'c'), contents: 'c' },
      { path: at('b', 'd'), contents: 'd' },
    ]
    expectFileError(() => writeTogether(files), at('b', 'd'), /not a folder|is a file/)
    expect(readdirSync(folder).sort()).toEqual(['b', 'new'])
  })

  it('tells beforehand what cannot be written, without writing', () => {
    writeFileSync(at('file'), '')
    requireWritable(at('file'))
    requireWritable(at('new', 'deep', 'x'))
    expectFileError(() => requireWritable(folder), folder, /got a folder/)
    expectFileError(() => requireWritable(`${at('new')}/`), `${at('new')}/`, /name of a file/)
    expectFileError(() => requireWritable(at('file', 'x')), at('file', 'x'), /not a folder/)
    expect(() => requireWritable('')).toThrow(/^'': expected the name of a file/)
    expect(readdirSync(folder)).toEqual(['file'])
  })
})
