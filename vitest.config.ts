import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What takes minutes begins first: begun last, it would keep one worker busy while the others have nothing left.
const longest = ['test/probes/', 'test/privacy/', 'test/browser/', 'test/faults/', 'test/journeys/'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((folder) => moduleId.includes(folder));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

const everywhere = ['**/node_modules/**', 'dist/**', '.indesk/**'];

export default defineConfig({
  test: {
    // Service tests mostly wait: for servers, for leases to end, for a browser.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
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
