import type { CaseResult, Results, SideResult } from './results.js'

/** Seconds in a unit that keeps the number readable, three digits. */
export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`
  return seconds >= 1e-3 ? `${(1000 * seconds).toPrecision(3)} ms` : `${(1e6 * seconds).toPrecision(3)} µs`
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}

function speed({ gflops, shareOfPeak }: SideResult): string {
  return gflops === undefined ? '–' : `${gflops.toPrecision(3)} (${Math.round(100 * shareOfPeak!)} %)`
}

/** Three digits, without an exponent. */
export function factor(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3)
}

/** What a case says on the terminal. */
export function caseLines(result: CaseResult): string[] {
  const { limn, peer, ratio, floor, candidates } = result
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
      : `  ratio ${factor(ratio)} (${limn.times.length} turns each; floor ${floor})`
  return [line(limn), ...(peer ? [line(peer)] : []), verdict, ...others]
}

function row({ title, limn, peer, ratio, floor, candidates, parameters }: CaseResult, quick: boolean): string {
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
    `${floor} ×`,
    speed(limn),
    `${mebibytes(limn.peakBytes)} / ${peer ? mebibytes(peer.peakBytes) : '–'}`,
    chosen ? `${chosen.difference.toExponential(1)} ≤ ${chosen.tolerance}` : '–',
  ]
  return `| ${cells.join(' | ')} |`
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n')
}

function versionsOf({ cases }: Results): string {
  const known = ['python', 'numpy', 'scipy', 'torch', 'functorch', 'jax', 'neural_tangents', 'blas']
  const versions = new Map<string, Set<string>>()
  for (const { peer } of cases) {
    for (const [name, value] of Object.entries(peer?.versions ?? {})) {
      versions.set(name, (versions.get(name) ?? new Set()).add(value))
    }
  }
  const listed = known.filter((name) => versions.has(name))
  return listed.map((name) => `${name} ${[...versions.get(name)!].join(' and ')}`).join('; ')
}

/** The generated part of docs/performance.md. */
export function resultsMarkdown(results: Results): string {
  const { machine, roofline, cases, failures, scaling, date, quick, threads, seconds } = results
  const candidates = cases.flatMap(({ name, candidates: list }) =>
    list.map(({ name: peer, seconds: time, check, problem }) => {
      const answer = check
        ? `${check.measure} = ${check.difference.toExponential(1)}`
        : (problem?.split('\n')[0] ?? '–')
      return `| ${name} | ${peer} | ${time === undefined ? 'did not run' : duration(time)} | ${answer} |`
    }),
  )
  const growth = scaling.map(({ name, along, values, seconds: times, exponent }) => {
    const points = values.map((value, i) => `${value}: ${duration(times[i])}`).join(', ')
    return `| ${name} | ${along} | ${exponent.toFixed(2)} | ${points} |`
  })
  const limnThreads = [...new Set(cases.map(({ limn }) => limn.versions['threads']))].join(' or ')
  const parts = [
    `Run of ${date}${quick ? ' with `--quick` (small sizes: not the numbers to quote)' : ''}, ${Math.round(seconds)} s in all. ` +
      `${machine.processor}, ${machine.cores} cores (${machine.vectors}), ${machine.memoryGiB} GiB, ${machine.system}; ` +
      `Node ${machine.node.slice(1)}, limn ${machine.limn}. Peers on ${threads} threads, limn on ${limnThreads}.`,
    `Peers: ${versionsOf(results)}.`,
    `Measured peak on ${threads} threads: ${roofline.f32.toFixed(0)} GFLOP/s f32, ${roofline.f64.toFixed(0)} GFLOP/s f64, ` +
      `${roofline.bandwidth.toFixed(1)} GB/s. limn's dense product on one thread: ${roofline.limnThread.f32.toFixed(0)} and ` +
      `${roofline.limnThread.f64.toFixed(0)} GFLOP/s.`,
    table(
      [
        'work',
        'strongest peer',
        'limn',
        'peer',
        'ratio',
        'floor',
        'limn GFLOP/s (of peak)',
        'memory limn / peer',
        'answers differ by',
      ],
      cases.map((result) => row(result, quick)),
    ),
    ...failures.map(({ name, problem }) => `\`${name}\` failed: ${problem.split('\n')[0]}`),
    'Every peer that took part, the better of two qualifying runs:',
    table(['case', 'peer', 'time', 'answer against limn'], candidates),
    ...(growth.length > 0
      ? ['How the time grows (fitted exponent p of time ∝ value^p):', table(['case', 'along', 'p', 'measured'], growth)]
      : []),
  ]
  return parts.join('\n\n')
}
