// Writes what the package exports to test/surface/, where a test compares it.

import { writeFileSync } from 'node:fs'
import { entrySources, publicSurface, surfaceFile, surfaceText } from './public-surface.js'

const names = publicSurface()
for (const entry of Object.keys(entrySources())) {
  writeFileSync(surfaceFile(entry), surfaceText(names, entry))
  const own = names.filter((one) => one.entry === entry)
  const values = own.filter(({ kind }) => kind === 'value').length
  console.log(`${entry}: ${own.length} names, ${values} of them values`)
}
