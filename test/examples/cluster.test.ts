import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { writeSamples } from '../cli/data.js'

const folder = mkdtempSync(join(tmpdir(), 'limn-cluster-'))
const file = (name: string) => join(folder, name)
const study = file('study.yaml')
const env = { ...process.env, PATH: [file('bin'), resolve('node_modules/.bin'), process.env['PATH']].join(delimiter) }

function run(command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  return spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...env, ...more } })
}

/** A stand-in for a program of the cluster, in the shell. */
function program(name: string, lines: readonly string[]): void {
  writeFileSync(file(join('bin', name)), ['#!/usr/bin/env bash', 'set -euo pipefail', ...lines, ''].join('\n'))
  chmodSync(file(join('bin', name)), 0o755)
}

beforeAll(() => {
  mkdirSync(file('bin'))
  writeSamples(file('data.npz'), 20, 6, 2)
  writeFileSync(
    study,
    `trials: 1
data: { source: ${file('data.npz')}, samples: 10 }
network: { widths: [6], hiddenLayers: 1 }
prune: { methods: [random, snip], densities: [0.5] }
graphon: { bins: 2 }
training: { steps: 2 }
`,
  )
})

const results = (out: string) => readdirSync(join(out, 'runs')).filter((name) => name.endsWith('.parquet')).length
const isReport = (out: string) => readFileSync(join(out, 'report.html'), 'utf8').startsWith('<!doctype html>')

describe('templates for clusters', () => {
  it('of Slurm submit an array for each stage and the report, each after the one before', () => {
    // Runs what it is given at once, an array index by index; prints an id, as with --parsable.
    program('sbatch', [
      'printf "%s\\n" "$*" >> submitted',
      'first=0 last=0 wrap=',
      'while [ $# -gt 0 ]; do',
      '  case $1 in',
      '    --array=*) range=${1#--array=}; first=${range%-*}; last=${range#*-} ;;',
      '    --wrap) wrap=$2; shift ;;',
      '  esac',
      '  shift',
      'done',
      'for ((i = first; i <= last; i++)); do SLURM_ARRAY_TASK_ID=$i bash -c "$wrap" > /dev/null 2>> log; done',
      'wc -l < submitted',
    ])
    const { status, stderr } = run('bash', [resolve('examples/cluster/slurm.sh'), study, file('slurm'), '3'])
    expect([status, stderr]).toEqual([0, ''])
    const submitted = readFileSync(file('submitted'), 'utf8').trim().split('\n')
    expect(submitted).toHaveLength(3)
    expect(submitted.map((line) => /--dependency=afterany:(\d+)/.exec(line)?.[1])).toEqual([undefined, '1', '2'])
    expect(results(file('slurm'))).toBeGreaterThan(5)
    expect(isReport(file('slurm'))).toBe(true)
  })

  it('of GNU parallel run as many rounds as there are stages', () => {
    program('parallel', ['while read -r line; do bash -c "${1//\\{\\}/$line}"; done'])
    const { status, stderr } = run('bash', [resolve('examples/cluster/parallel.sh'), study, file('parallel'), '3'])
    expect(status, stderr).toBe(0)
    expect(isReport(file('parallel'))).toBe(true)
  })

  it('of Kubernetes have a container for each index that is started again while it waits', () => {
    const { spec } = parse(readFileSync('examples/cluster/kubernetes.yaml', 'utf8')) as {
      spec: {
        completionMode: string
        completions: number
        template: { spec: { restartPolicy: string; containers: { command: string[] }[] } }
      }
    }
    expect([spec.completionMode, spec.template.spec.restartPolicy]).toEqual(['Indexed', 'OnFailure'])
    const out = file('kubernetes')
    expect(run('limn', ['study', 'plan', study, '--out', out]).status).toBe(0)
    const [shell, flag, script] = spec.template.spec.containers[0].command
    expect(script).toContain(`--of ${spec.completions}`)
    // Few shares in place of forty, and this folder in place of the volume.
    const local = script.replace('/study/out', out).replace(`--of ${spec.completions}`, '--of 3')
    const codes = (): (number | null)[] =>
      [0, 1, 2].map((index) => run(shell, [flag, local], { JOB_COMPLETION_INDEX: `${index}` }).status)
    expect(codes().every((code) => code === 0 || code === 3)).toBe(true)
    expect(codes()).toEqual([0, 0, 0])
    expect(run('limn', ['study', 'report', out]).status).toBe(0)
    expect(isReport(out)).toBe(true)
  })
})
