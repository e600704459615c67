import { expect, expectTypeOf, it } from 'vitest'
import { defaultKernels } from '../../src/linalg/kernels.js'
import { step, type ArgumentsOf, type NumbersOf, type Step } from '../../src/linalg/steps.js'
import { fromTask, parallel } from '../../src/linalg/team.js'

const { call } = defaultKernels()

it('declares every kernel, with as many parameters as WebAssembly takes', () => {
  const names = Object.keys(call)
  expect(names.length).toBeGreaterThan(80)
  expect(call.gemmF64.length).toBe(13)
  expect(call.dualPanels.length).toBe(14)
  expectTypeOf<NumbersOf<'gemmF64'>['length']>().toEqualTypeOf<13>()
  expectTypeOf<NumbersOf<'dualPanels'>['length']>().toEqualTypeOf<14>()
  expectTypeOf(call.gemmWorkspace).returns.toBeNumber()
})

it('does not compile with a wrong number of arguments, a wrong kind or an unknown name', () => {
  const wrong = [
    // @ts-expect-error one too few
    () => call.rotateRows(1, 2, 3, 4),
    // @ts-expect-error one too many
    () => call.gemmWorkspace(1),
    // @ts-expect-error no flag of TypeScript: 0 or 1
    () => call.largestSize(true, 0),
    // @ts-expect-error no such kernel
    (): keyof typeof call => 'gemmF16',
    // @ts-expect-error one too few in a step
    () => step('settleTies', 1, fromTask(0)),
    // @ts-expect-error one too many in a task
    () => parallel(defaultKernels(), 'absoluteF64', [[1, 2, 3]]),
    // @ts-expect-error the arguments of another kernel
    (): Step => ({ kernel: 'absoluteF64', args: [1, 2, 3] }),
  ]
  expect(wrong).toHaveLength(7)
  expectTypeOf<ArgumentsOf<'absoluteF64'>['length']>().toEqualTypeOf<2>()
})
