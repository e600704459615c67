import type { Command, Option } from 'commander'
import type { Parameterization } from '../network/network.js'
import type { Scope } from '../prune/budget.js'
import type { CriterionName } from '../prune/criteria.js'
import { UsageError } from './fail.js'

/** What the files say on which the use of an option depends; absent until they are read. */
export interface Facts {
  /** The file that says it, for messages. */
  readonly file?: string
  readonly parameterization?: Parameterization
  /** Whether there are biases. */
  readonly biases?: boolean
  /** Whether there are weights, or masks alone. */
  readonly weights?: boolean
  /** Whether a chain has weight energies V. */
  readonly energies?: boolean
  /** Whether there are weights without a mask. */
  readonly bare?: boolean
  /** How many weight matrices there are. */
  readonly matrices?: number
  /** Whether an operand holds masks, which are yet to be binned. */
  readonly masks?: boolean
  /** Whether a method that a module defines scores on samples. */
  readonly scoresOnData?: boolean
  /** How masks came about, where a file says it. */
  readonly method?: CriterionName
  readonly scope?: Scope
  /** Number of samples in use. */
  readonly samples?: number
}

/** A command line as far as it is known. */
export interface Given {
  /** Values of all options by name in camel case, defaults included. */
  readonly flags: Readonly<Record<string, unknown>>
  /** One per argument of the command; undefined where an optional one is left out. */
  readonly operands: readonly unknown[]
  readonly facts: Facts
}

/** What an option applies to. Help texts and {@link refuseIdle} read it. */
export interface Limit {
  /** Completes both “works only …” and the help text, e.g. `with --method grasp`. */
  readonly only: string
  /** False where it is certain that the option changes nothing; true while facts are missing. */
  readonly when: (given: Given) => boolean
}

interface Limited {
  readonly limits: readonly Limit[]
}

/** What an option applies to; nothing for one that always has an effect. */
export function limitsOf(option: Option): readonly Limit[] {
  return 'limits' in option ? (option as Option & Limited).limits : []
}

/** The option with what it applies to, all of which must hold; its help text says so. */
export function limited(option: Option, ...limits: readonly Limit[]): Option & Limited {
  const only = limits.map((limit) => limit.only).join(', and ')
  option.description += `${/[;:(]/.test(option.description) ? ';' : ','} only ${only}`
  return Object.assign(option, { limits: [...limitsOf(option), ...limits] })
}

/**
 * Refuses options that were given and change nothing. Defaults do not count. Called before a command starts, and again with
 * facts when it has read its files, still before it computes.
 *
 * @throws UsageError naming each with what it applies to
 */
export function refuseIdle(command: Command, facts: Facts = {}): void {
  const given: Given = { flags: command.opts(), operands: command.processedArgs as readonly unknown[], facts }
  const where = facts.file === undefined ? 'here' : `on ${facts.file}`
  const idle = command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .flatMap((option) => {
      const broken = limitsOf(option).find(({ when }) => !when(given))
      return broken ? [`${option.long} has no effect ${where}, it works only ${broken.only}`] : []
    })
  if (idle.length > 0) throw new UsageError(`${command.name()}: ${idle.join('; ')}`)
}
