import { Option, type Command } from 'commander'
import { FileError } from '../../data/file-error.js'
import { pathKind, readText, requireWritable, writeAtomic } from '../../node/files/files.js'
import { writesDirectly } from '../../node/files/staged-file.js'
import { compareFolders } from '../../node/studies/compare.js'
import { formatInterval } from '../../report/interval.js'
import { comparePage } from '../../report/compare/page.js'
import { compareAnswer, intervalNote } from '../../report/compare/words.js'
import { measureNames, measureOf } from '../../study/compare/measures.js'
import { parsePath, shared } from '../options.js'
import { print, printJson, short } from '../output.js'

interface CompareFlags {
  readonly out: string
  readonly json?: boolean
}

/** What every page of limn begins with. */
const mark = '<meta name="generator" content="limn '

/** @throws FileError when a file is there that is no page of limn */
function requireOwnPage(out: string): void {
  requireWritable(out)
  if (pathKind(out) === 'missing' || writesDirectly(out)) return
  if (!readText(out).includes(mark))
    throw new FileError(out, 'is no page that limn wrote, and is not replaced; choose another --out')
}

async function compare(a: string, b: string, { out, json }: CompareFlags): Promise<void> {
  requireOwnPage(out)
  const comparison = await compareFolders(a, b)
  writeAtomic(out, await comparePage(comparison))
  if (json) {
    printJson({ ...comparison, page: out })
    return
  }
  for (const sentence of compareAnswer(comparison)) print(sentence)
  for (const { key, a: own, b: other } of comparison.settings) print(`  ${key}: ${own ?? '–'} → ${other ?? '–'}`)
  for (const measure of measureNames) {
    const rows = comparison.numbers.filter((one) => one.measure === measure)
    if (rows.length > 0) print(measureOf(measure).label)
    for (const { method, a: own, b: other, interval, outcome } of rows) {
      const said = interval ? `, difference ${formatInterval(...interval)}` : ''
      print(`  ${method}: ${short(own.mean)} → ${short(other.mean)}${said} (${outcome})`)
    }
  }
  print(intervalNote(comparison))
  print(out)
}

export function addStudyCompare(study: Command): void {
  study
    .command('compare')
    .summary('two studies side by side')
    .description(
      'Say what differs in the settings of two finished studies and in what they found: training, masks, kernels, verdicts, with 95 % intervals where there are ' +
        'networks to take them from. Writes a page with the same.',
    )
    .argument('<a>', 'folder of a finished study')
    .argument('<b>', 'folder of another')
    .addOption(new Option('--out <page>', 'page to write').argParser(parsePath).default('compare.html'))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn study compare out/first out/second')
    .action(compare)
}
