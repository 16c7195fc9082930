import { describe, expect, it } from 'vitest';
import { checkEngine } from './check-engine.ts';
import { engineNames, whyNot } from './engines.ts';

const reasons = await Promise.all(engineNames.map(whyNot));
const available = engineNames.filter((_name, index) => reasons[index] === undefined);

// The same as `npm run privacy-check`, with one path of each kind; each engine has a server of its own to wait for.
describe.concurrent.each(available)('what a server on %s keeps', (name) => {
  it(
    'S1, S2, S4, S5, S6, S10, S31: nothing marked, in any place, and every planted leak is found',
    { timeout: 600_000 },
    async () => {
      const report = await checkEngine(name, { extent: 'compact' });
      expect(report.leaks).toEqual([]);
      expect(report.missed).toEqual([]);
      expect(report.found).toBe(report.planted);
      expect(report.channels).toBeGreaterThan(60);
      expect(report.places).toBeGreaterThan(1_000);
    },
  );
});
