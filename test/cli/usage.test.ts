import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { buildProgram } from './program.js'
import { helpCommand, usageProblem } from '../../src/cli/usage.js'

/** What the command line says of words that it does not understand. */
async function problem(line: string): Promise<string> {
  const words = line.split(' ')
  try {
    await buildProgram().parseAsync(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return usageProblem(buildProgram(), words, error)
    throw error
  }
  throw new Error(`${line}: expected a refusal, got none`)
}

describe('a command line that is not understood', () => {
  it.each([
    ['grafon m.npz', "unknown command 'grafon'; did you mean graphon?"],
    ['study runn x.yaml', "unknown command 'runn'; did you mean run?"],
    ['xyzzy', "unknown command 'xyzzy'"],
    ['spectrum k.npy --tpo 5', "unknown option '--tpo'; did you mean --top?"],
    ['spectrum k.npy --tpo=5', "unknown option '--tpo'; did you mean --top?"],
    ['spectrum k.npy --colour', "unknown option '--colour'"],
  ])('names the nearest known name: %s', async (line, expected) => {
    expect(await problem(line)).toBe(expected)
  })

  it.each([
    [
      'prune --densty .1 --method snip --otu m.npz',
      "unknown option '--densty'; did you mean --density?; unknown option '--otu'; did you mean --out?; missing --density <fraction>, --out <file>",
    ],
    ['spectrum --jsn', "unknown option '--jsn'; did you mean --json?; missing <kernel>"],
    ['prune --method snip', 'missing --density <fraction>, --out <file>'],
    // The value of an unknown option may be an argument of the command.
    ['ntk --datta x.npy --out k.npy', "unknown option '--datta'; did you mean --data?; missing --data <source>"],
  ])('names all that is unknown and all that is missing: %s', async (line, expected) => {
    expect(await problem(line)).toBe(expected)
  })

  it('tells a refused value by itself', async () => {
    expect(await problem('prune --densty .1 --density 7')).toMatch(/--density.*expected a density in \(0, 1\], got '7'/)
  })

  it('takes a negative number for no option', async () => {
    expect(await problem('spectrum k.npy --tpo -5')).toBe("unknown option '--tpo'; did you mean --top?")
  })

  it('points to help that there is', () => {
    expect(helpCommand(buildProgram(), ['study', 'runn'])).toBe('limn study --help')
    expect(helpCommand(buildProgram(), ['study', 'run', 'x'])).toBe('limn study run --help')
    expect(helpCommand(buildProgram(), ['grafon'])).toBe('limn --help')
  })
})
