import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // All cores: the default leaves one of them free, which is half of a small machine.
    maxWorkers: '100%',
    reporters: ['default', './test/closing-line.ts'],
  },
})
