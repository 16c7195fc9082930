import { describe, expect, it } from 'vitest';
import { dataCatalogue } from '../data-catalogue/catalogue.ts';
import type { CatalogueEntries } from '../data-catalogue/entry.ts';
import { retentionRules } from './retention-rules.ts';

const duration =
  /\b(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|thirty|sixty|ninety)\s+(?:second|minute|hour|day|week|month|year)s?\b/i;

interface Promised {
  readonly place: string;
  readonly retention: string;
  readonly sweep: string | undefined;
}

/** Every retention of a table, and of a column where it differs. */
function promises(catalogue: CatalogueEntries): readonly Promised[] {
  return Object.entries(catalogue).flatMap(([table, { retention, sweep, columns }]) => [
    { place: table, retention, sweep },
    ...Object.entries(columns).flatMap(([column, entry]) =>
      entry.retention === undefined
        ? []
        : [{ place: `${table}.${column}`, retention: entry.retention, sweep: entry.sweep }],
    ),
  ]);
}

/** Retentions that are durations and that nothing sees to. */
const unkept = (catalogue: CatalogueEntries): readonly string[] =>
  promises(catalogue)
    .filter(({ retention, sweep }) => sweep === undefined && duration.test(retention))
    .map(({ place }) => place);

describe('retention in the catalogue of data', () => {
  it('P10: has a sweep for every duration', () => {
    expect(unkept(dataCatalogue)).toEqual([]);
    const { receipt } = dataCatalogue;
    if (receipt === undefined) throw new Error('the catalogue has receipts');
    const { sweep: _without, ...planted } = receipt;
    expect(unkept({ receipt: planted })).toEqual(['receipt']);
    for (const retention of ['a day', '30 days after it expired', 'two weeks', 'ten minutes'])
      expect(unkept({ planted: { ...planted, retention, columns: {} } })).toEqual(['planted']);
  });

  it('P10: names each rule once, at its own table and column, with the duration the rule has', () => {
    const named = promises(dataCatalogue).filter(({ sweep }) => sweep !== undefined);
    expect(named).toHaveLength(Object.keys(retentionRules).length);
    expect(new Set(named.map(({ sweep }) => sweep))).toEqual(new Set(Object.keys(retentionRules)));
    for (const { place, retention, sweep } of named) {
      const { table, column, keeps } = retentionRules[sweep as keyof typeof retentionRules];
      expect(place).toBe(column === undefined ? table : `${table}.${column}`);
      if (keeps !== undefined) expect(retention).toContain(keeps);
    }
  });
});
