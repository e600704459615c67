import { defineConfig } from 'vitest/config'

const commandLine = ['test/cli/**/*.test.ts']

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // All cores: the default leaves one of them free, which is half of a small machine.
    maxWorkers: '100%',
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      // Pure functions: a worker loads their modules once, for all of its files.
      {
        extends: true,
        test: { name: 'library', include: ['test/**/*.test.ts'], exclude: commandLine, isolate: false },
      },
      // Commands whose output is caught by a mocked module need modules of their own.
      { extends: true, test: { name: 'command line', include: commandLine } },
    ],
  },
})
