import { describe, expect, it } from 'vitest'
import { classesPresent, classesWarning, missingClasses } from '../../src/data/classes-present.js'

describe('classes that occur', () => {
  const sorted = Int32Array.from({ length: 100 }, (_, i) => Math.floor(i / 10))

  it('are counted among the labels used, not among those that there are', () => {
    for (let used = 10; used <= 100; used += 10) expect(classesPresent(sorted.subarray(0, used))).toBe(used / 10)
    expect(missingClasses(2, 10)).toBe('2 of 10 classes occur in the samples used')
    expect(missingClasses(1, 10)).toBe('1 of 10 classes occurs in the samples used')
    expect(missingClasses(10, 10)).toBeUndefined()
  })

  it('are warned about where they are one', () => {
    expect(classesWarning(1, 1)).toBe('all samples used are of one class: nothing tells classes apart')
    expect(classesWarning(1, 4)).toBe('1 of 4 classes occurs in the samples used: nothing tells classes apart')
    expect(classesWarning(2, 4)).toBe('2 of 4 classes occur in the samples used')
    expect(classesWarning(2, 2)).toBeUndefined()
  })
})
