// Puts the built command where `npx limn` looks first in a checkout: node_modules/.bin. Installed packages get theirs from npm.

import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const main = join('dist', 'cli', 'main.js')
const folder = join('node_modules', '.bin')
chmodSync(main, 0o755)
mkdirSync(folder, { recursive: true })
rmSync(join(folder, 'limn'), { force: true })
symlinkSync(join('..', '..', main), join(folder, 'limn'))
