import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          globalSetup: ['test/cli/compiled-place.ts'],
          // A process for each file spends most of its time on loading the same modules again.
          isolate: false,
          maxWorkers: 3,
          restoreMocks: true,
          testTimeout: 40_000,
          hookTimeout: 40_000,
          // A second, the usual patience, is short for processes and sockets where others are at work.
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/build.ts'],
          setupFiles: ['test/e2e/support/show-last-words.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          maxWorkers: 3,
          // Of tests of one file that may run at the same time.
          maxConcurrency: 3,
        },
      },
    ],
  },
});
