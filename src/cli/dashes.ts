import type { Command } from 'commander'
import { standardStream } from '../node/files/standard-streams.js'
import { UsageError } from './fail.js'

/** Options that name a file to write. */
const written = ['out', 'figure']

/**
 * Checks what `-` stands for on a command line: one file to read is standard input, one to write standard output, and a
 * folder is neither.
 *
 * @throws UsageError when it stands for two files to read, or for a folder
 */
export function checkDashes(command: Command): void {
  const path = [command.parent?.parent && command.parent.name(), command.name()].filter(Boolean).join(' ')
  const operands = command.registeredArguments.flatMap((argument, i) => {
    const value: unknown = command.processedArgs[i]
    const values = argument.variadic && Array.isArray(value) ? (value as unknown[]) : [value]
    return values
      .filter((each) => each === standardStream)
      .map(() => ({ name: argument.name(), isFolder: argument.name() === 'dir', isRead: true }))
  })
  const options = command.options
    .filter((option) => command.getOptionValue(option.attributeName()) === standardStream)
    .map((option) => ({
      name: option.long ?? option.flags,
      isFolder: option.flags.includes('<dir>'),
      isRead: !written.includes(option.attributeName()),
    }))
  const dashes = [...operands, ...options]
  const folder = dashes.find(({ isFolder }) => isFolder)
  if (folder)
    throw new UsageError(`${path}: expected a folder as ${folder.name}, got - (write ./- for one of that name)`)
  const read = dashes.filter(({ isRead }) => isRead)
  if (read.length > 1) {
    throw new UsageError(
      `${path}: expected one file on standard input, got - as ${read.map(({ name }) => name).join(' and as ')}`,
    )
  }
}
