import { existsSync } from 'node:fs'

/** Where Debian and Ubuntu install a browser that can be driven. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A Chromium, or undefined with a line on stderr that says why tests are skipped. */
export function findChromium(): string | undefined {
  const found = places.find((place) => existsSync(place))
  if (found === undefined)
    console.error(`browser tests skipped: no Chromium at ${places.join(', ')}; apt-get install chromium`)
  return found
}
