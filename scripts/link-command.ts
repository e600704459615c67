// Makes the built command executable, as npx expects of a checkout, and links it into node_modules/.bin for npm scripts.
// An installed package gets both from npm.

import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const main = join('dist', 'cli', 'main.js')
const folder = join('node_modules', '.bin')
chmodSync(main, 0o755)
mkdirSync(folder, { recursive: true })
rmSync(join(folder, 'limn'), { force: true })
symlinkSync(join('..', '..', main), join(folder, 'limn'))
