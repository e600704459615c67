import { rmSync } from 'node:fs'

// A build begins with an empty folder: what no source makes any more is not shipped.
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true })
