import { defineConfig } from 'vitest/config';

const everywhere = ['**/node_modules/**', 'dist/**', '.indesk/**'];

export default defineConfig({
  test: {
    // Service tests mostly wait: for servers, for leases to end, for a browser.
    maxWorkers: 4,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'web/**/*.test.ts',
            'simulators/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: [...everywhere, '**/*.db.test.ts', '**/*.browser.test.ts'],
          pool: 'threads',
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'services',
          include: ['test/**/*.test.ts', 'src/**/*.db.test.ts', '**/*.browser.test.ts'],
          exclude: everywhere,
          pool: 'forks',
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          // A second, which is usual, is short on a busy machine.
          expect: { poll: { timeout: 10_000 } },
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
