import { decodeChain } from '../../graphon/chain/chain-file.js'
import type { GraphonChain } from '../../graphon/chain/chain.js'
import { readArchive } from './files.js'
import { requireAgreement, type Said } from './agreement.js'

/**
 * Reads a graphon chain, whose network an option may not contradict.
 *
 * @throws FileError when the file is none, UsageError when an option says something else than the file
 *
 * @example
 * import { constantChain, encodeChain } from 'limn'
 * import { readChain, writeAtomic } from 'limn/node'
 *
 * writeAtomic('chain.npz', encodeChain(constantChain({ inputs: 4, classes: 2, hidden: [3] }, 0.5)))
 * console.log(readChain('chain.npz').W.map(({ rows, cols }) => `${rows} × ${cols}`)) // [ '3 × 4', '2 × 3' ]
 */
export function readChain(file: string, said: Said = {}): GraphonChain {
  const chain = decodeChain(readArchive(file), file)
  // Other coordinates may be asked for, which is then said.
  if (chain.network) requireAgreement(file, { ...chain.network, parameterization: undefined }, said)
  return chain
}

/** What is taken for the network of a chain that says nothing of it, as lines for people. */
export function assumed(file: string, chain: GraphonChain, { activation, parameterization }: Said): string[] {
  const { network } = chain
  const unsaid = [
    !(activation ?? network?.activation) && 'the activation is ReLU (--activation)',
    !(parameterization ?? network) && 'the parameterisation NTK (--parameterization)',
  ].filter((text) => text !== false)
  if (unsaid.length === 0) return []
  return [`${file} says ${network ? 'no activation' : 'nothing of its network'}: taken that ${unsaid.join(', ')}`]
}
