import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicSurface } from '../../scripts/public-surface.js'
import {
  examplesOf,
  placeExamples,
  removeExamples,
  runExamples,
  statedOutput,
  typeErrors,
  type Printed,
} from './examples.js'

const names = publicSurface()
const examples = examplesOf(names)
const folder = placeExamples(examples)
let results: ReadonlyMap<string, Printed>

// Some hundred small programs: on a busy machine they take longer than a hook may.
beforeAll(async () => {
  results = await runExamples(folder)
}, 300_000)
afterAll(() => removeExamples(folder))

describe('the examples of the doc comments', () => {
  it('are there for every function that the package exports', () => {
    const lacking = names.filter(({ callable, examples: own }) => callable && own.length === 0)
    expect(lacking.map(({ entry, name }) => `${entry} ${name}`)).toEqual([])
  })

  it('have the right types', () => {
    expect(typeErrors(folder)).toEqual([])
  })

  it.each(examples)('$id prints what it says', ({ id, code }) => {
    const { printed, error } = results.get(id)!
    expect(error).toBe(undefined)
    const stated = statedOutput(code)
    expect(stated.length).toBeGreaterThan(0)
    expect(printed).toEqual(stated)
  })
})

describe('what an example states', () => {
  it('is the comment behind the call, or the lines of comment below it', () => {
    expect(
      statedOutput("console.log(1) // 1\nconst url = 'a//b'\nconsole.log(f(2))\n// 2  and\n//   more\nf(3)"),
    ).toEqual(['1', '2 and more'])
  })

  it('is missing where a call says nothing', () => {
    expect(statedOutput('console.log(1)\nf(2) // 3')).toEqual([null])
  })
})

describe('a wrong example', () => {
  const wrong = placeExamples([
    { id: 'limn/throws', entry: 'limn', code: "import { matrixOf } from 'limn'\nmatrixOf([[1], [2, 3]])" },
    { id: 'limn/types', entry: 'limn', code: "import { denseMask } from 'limn'\nconsole.log(denseMask(1).rows)" },
    {
      id: 'limn/prints',
      entry: 'limn',
      code: "import { density, denseMask } from 'limn'\nconsole.log(density(denseMask(1, 2))) // 2",
    },
  ])
  afterAll(() => removeExamples(wrong))

  it('is seen by its error, by its types and by what it prints', async () => {
    const found = await runExamples(wrong)
    expect(found.get('limn/throws')?.error).toMatch(/Error/)
    expect(found.get('limn/prints')?.printed).toEqual(['1'])
    expect(typeErrors(wrong)).toEqual([expect.stringMatching(/^limn\/types\.ts:2 Expected 2 arguments/)])
  })
})
