import type { Command, CommanderError } from 'commander'
import { didYouMean } from '../data/nearest-name.js'

/** The command that words lead to, and the words behind it. */
function findCommand(program: Command, words: readonly string[]): readonly [Command, readonly string[]] {
  const [first, ...rest] = words
  const next = program.commands.find((command) => command.name() === first)
  return next ? findCommand(next, rest) : [program, words]
}

/** Where help on a command line is to be had: `limn study run --help`. */
export function helpCommand(program: Command, words: readonly string[]): string {
  const names: string[] = []
  for (let at: Command | null = findCommand(program, words)[0]; at; at = at.parent) names.unshift(at.name())
  return `${names.join(' ')} --help`
}

const isFlag = (word: string): boolean => /^--?[^\d.]/.test(word)

/** Options that a command does not have, each with the nearest that it has. */
function unknownOptions(command: Command, words: readonly string[]): string[] {
  const known = command.options.flatMap(({ long }) => long ?? []).concat('--help')
  return words
    .filter(isFlag)
    .map((word) => word.replace(/=.*/s, ''))
    .map((name) => `unknown option '${name}'${didYouMean(name, known)}`)
}

/** What a command cannot do without and has not got. */
function missing(command: Command, words: readonly string[]): string[] {
  const options = command.options.filter(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  )
  // Words behind an unknown option may be its value or an argument of the command.
  const required = command.registeredArguments.filter((argument) => argument.required).slice(words.length)
  return [...required.map((argument) => `<${argument.name()}>`), ...options.map(({ flags }) => flags)]
}

/**
 * What is wrong with a command line, all of it: unknown options with the nearest known name beside what is missing; an
 * unknown command with the nearest one.
 *
 * @param program a program that has not parsed anything yet
 * @param words the command line behind `limn`
 */
export function usageProblem(program: Command, words: readonly string[], error: CommanderError): string {
  const message = error.message.replace(/^error: /, '')
  const [command, rest] = findCommand(program, words)
  if (error.code === 'commander.unknownCommand') {
    const names = command.commands.map((known) => known.name())
    return `${message}${didYouMean(rest[0] ?? '', names)}`
  }
  if (!['commander.unknownOption', 'commander.missingMandatoryOptionValue'].includes(error.code)) return message
  let parsed
  try {
    parsed = command.parseOptions([...rest])
  } catch {
    // A value that its option refuses: the first problem is told alone.
    return message
  }
  const operands = [...parsed.operands, ...parsed.unknown.filter((word) => !isFlag(word))]
  const lacking = missing(command, operands)
  return [
    ...unknownOptions(command, parsed.unknown),
    ...(lacking.length > 0 ? [`missing ${lacking.join(', ')}`] : []),
  ].join('; ')
}
