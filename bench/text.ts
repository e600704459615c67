import type { Roofline } from './bound.js'
import type { CaseResult, LargeResult, Results, SideResult } from './results.js'
import { boundTable, growthTable, largeTable, librariesTable, memoryTable } from './text-tables.js'
import { duration, factor, floorText, mebibytes, percent, table } from './text-units.js'

function speed({ gflops, shareOfPeak }: SideResult): string {
  return gflops === undefined ? '–' : `${gflops.toPrecision(3)} (${Math.round(100 * shareOfPeak!)} %)`
}

/** What a case says on the terminal. */
export function caseLines(result: CaseResult): string[] {
  const { limn, peer, ratio, floor, candidates, bound } = result
  const line = (side: SideResult) =>
    `  ${side.name.padEnd(30)} ${duration(side.median).padStart(9)}  ${speed(side).padStart(16)} GFLOP/s  ${mebibytes(side.peakBytes).padStart(9)}`
  const others = candidates.map(({ name, seconds, check, problem }) => {
    if (problem !== undefined) return `  ${name}: did not run: ${problem.split('\n')[0]}`
    const answer = check!.same ? 'same answer' : 'DIFFERENT ANSWER'
    return `  ${name}: ${duration(seconds!)} qualifying; ${answer}: ${check!.measure} = ${check!.difference.toExponential(1)} (limit ${check!.tolerance})`
  })
  const verdict =
    ratio === undefined
      ? '  no peer to compare with'
      : `  ratio ${factor(ratio)} (${limn.times.length} turns each${floor === undefined ? '' : `; floor ${floor}`})`
  const limit = bound
    ? [
        `  bound ${duration(bound.seconds)}, ${percent(bound.share)} of it reached; the ratio cannot exceed ${factor(bound.ratio ?? NaN)}`,
      ]
    : []
  const notes = candidates.flatMap(({ check }) => (check?.note === undefined ? [] : [`  ${check.note}`]))
  return [line(limn), ...(peer ? [line(peer)] : []), verdict, ...limit, ...others, ...notes]
}

function row({ title, limn, peer, ratio, floor, candidates, parameters }: CaseResult, quick: boolean): string[] {
  const chosen = candidates.find(({ name }) => name === peer?.name)?.check
  const cells = [
    quick
      ? `${title} (quick: ${Object.entries(parameters)
          .map(([key, value]) => `${key} ${value}`)
          .join(', ')})`
      : title,
    peer?.name ?? '–',
    duration(limn.median),
    peer ? duration(peer.median) : '–',
    ratio === undefined ? '–' : `**${factor(ratio)} ×**`,
    floorText(floor),
    String(limn.times.length),
    speed(limn),
    `${mebibytes(limn.peakBytes)} / ${peer ? mebibytes(peer.peakBytes) : '–'}`,
    chosen ? `${chosen.difference.toExponential(1)} ≤ ${chosen.tolerance}` : '–',
  ]
  return cells
}

function versionsOf({ cases, libraries }: Results): string {
  const known = ['python', 'numpy', 'scipy', 'torch', 'functorch', 'jax', 'neural_tangents', 'blas']
  const versions = new Map<string, Set<string>>()
  const found = [
    ...cases.flatMap(({ candidates }) => candidates.map((candidate) => candidate.versions)),
    ...libraries.map((library) => library.versions),
  ]
  for (const given of found) {
    for (const [name, value] of Object.entries(given ?? {})) {
      versions.set(name, (versions.get(name) ?? new Set()).add(value))
    }
  }
  versions.delete('node')
  const listed = [...new Set([...known, ...versions.keys()])].filter((name) => versions.has(name))
  return listed.map((name) => `${name} ${[...versions.get(name)!].join(' and ')}`).join('; ')
}

/** The machine's limits in one line. */
export function rooflineText({ f32, f64, bandwidth, limnThread, limn, jaxJs }: Roofline, threads: number): string {
  const two = (speeds: { readonly f32: number; readonly f64: number }) =>
    `${speeds.f32.toFixed(0)} GFLOP/s f32, ${speeds.f64.toFixed(0)} GFLOP/s f64`
  const jax = jaxJs === undefined ? '' : ` @jax-js/jax, which has no threads: ${jaxJs.toFixed(0)} GFLOP/s f32.`
  return (
    `Measured peak on ${threads} threads: ${two({ f32, f64 })}, ${bandwidth.toFixed(1)} GB/s. ` +
    `limn's dense product: ${two(limn)} on ${threads} threads, ${two(limnThread)} on one. ` +
    `limn's ReLU duals: ${(1e9 / limn.duals).toPrecision(3)} ns each on ${threads} threads.${jax}`
  )
}

/** What the large kernel says on the terminal. */
export function largeLines({ samples, kernelSeconds, eigenSeconds, top, residual, peakBytes }: LargeResult): string[] {
  return [
    `  ${samples} samples: kernel ${duration(kernelSeconds)}, top ${top} eigenvalues ${duration(eigenSeconds)}, ` +
      `largest residual ${residual.toExponential(1)} λ₁, ${mebibytes(peakBytes)}`,
  ]
}

const mainHead = [
  ...['work', 'strongest peer', 'limn', 'peer', 'ratio', 'floor', 'turns', 'limn GFLOP/s (of peak)'],
  ...['memory limn / peer', 'answers differ by'],
]

function candidateRows({ cases }: Results): string[][] {
  return cases.flatMap(({ name, candidates }) =>
    candidates.map(({ name: peer, seconds, times = [], check, problem }) => [
      name,
      peer,
      seconds === undefined ? 'did not run' : duration(seconds),
      times.map(duration).join(', '),
      check
        ? `${check.measure} = ${check.difference.toExponential(1)}${check.note === undefined ? '' : `; ${check.note}`}`
        : (problem?.split('\n')[0] ?? '–'),
    ]),
  )
}

/** The generated part of docs/performance.md. */
export function resultsMarkdown(results: Results): string {
  const { machine, roofline, cases, failures, scaling, libraries, large, date, quick, threads } = results
  const limnThreads = [...new Set(cases.map(({ limn }) => limn.versions['threads']))].join(' or ')
  const titled = (title: string, wanted: boolean, text: () => string) => (wanted ? [title, text()] : [])
  const parts = [
    `Run of ${date}${quick ? ' with `--quick` (small sizes: not the numbers to quote)' : ''}, ${Math.round(results.seconds)} s ` +
      `in all, ${Math.round(results.installSeconds)} s of them for environments. ` +
      `${machine.processor}, ${machine.cores} cores (${machine.vectors}), ${machine.memoryGiB} GiB, ${machine.system}; ` +
      `Node ${machine.node.slice(1)}, limn ${machine.limn}. Peers on ${threads} threads, limn on ${limnThreads}.`,
    `Peers: ${versionsOf(results)}.`,
    rooflineText(roofline, threads),
    table(
      mainHead,
      cases.map((result) => row(result, quick)),
    ),
    ...failures.map(({ name, problem }) => `\`${name}\` failed: ${problem.split('\n')[0]}`),
    '### How far from the limit',
    boundTable(cases),
    '### Every peer',
    table(
      ['case', 'peer', 'best qualifying run', 'warm-up and qualifying runs', 'answer against limn'],
      candidateRows(results),
    ),
    ...titled('### Eigenvalues in JavaScript', libraries.length > 0, () => librariesTable(libraries, cases)),
    ...titled('### How cost grows', scaling.length > 0, () => growthTable(scaling)),
    ...titled('### A large kernel', large !== undefined, () => largeTable(large!)),
    '### Where memory ends',
    memoryTable(machine),
  ]
  return parts.join('\n\n')
}
