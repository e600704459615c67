import { z } from 'zod'
import { keyUses } from './key-uses.js'
import { studySchema } from './schema.js'

interface Described {
  description?: string
  readonly properties?: Readonly<Record<string, Described>>
}

/**
 * JSON Schema of a study file, for editors and forms. A description says too what its key applies to.
 *
 * @example
 * import { studyJsonSchema } from 'limn/study'
 *
 * console.log(JSON.stringify(studyJsonSchema()).includes('"densities"')) // true
 */
export function studyJsonSchema(): object {
  const schema: Described = z.toJSONSchema(studySchema, { io: 'input', unrepresentable: 'any' }) as Described
  for (const [key, { appliesTo }] of Object.entries(keyUses)) {
    const place = key.split('.').reduce<Described | undefined>((at, part) => at?.properties?.[part], schema)
    if (place && appliesTo !== null)
      place.description = [place.description, `applies to ${appliesTo}`].filter(Boolean).join('; ')
  }
  return schema
}
