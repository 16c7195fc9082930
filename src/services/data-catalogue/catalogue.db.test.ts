import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, type ScratchDatabase } from '../../../test/support/database.ts';
import { dataCatalogue, sealedColumns } from './catalogue.ts';

// What a helpdesk copilot never needs about a person. Whole words: "birthday" and "street_name" count, "address" in "ip_address" too.
const forbidden =
  /(?:^|_)(?:phone|mobile|fax|address|street|zip|postcode|postal|city|ssn|social_security|passport|birth\w*|birthday|dob|gender|nationality|religion|ethnicity|iban|card|cvv|pan|first_name|last_name|full_name|surname|requester_name|agent_name|photo|latitude|longitude)(?:_|$)/;

const listed = (): string[] =>
  Object.entries(dataCatalogue).flatMap(([table, { columns }]) =>
    Object.keys(columns).map((column) => `${table}.${column}`),
  );

const sealedColumnsOfSchema = `select class.relname::text || '.' || column_name as name
  from pg_trigger trigger join pg_class class on class.oid = trigger.tgrelid
  cross join lateral unnest(string_to_array(encode(trigger.tgargs, 'escape'), '\\000')) as column_name
  where trigger.tgname = 'sealed' and class.relnamespace = 'app'::regnamespace and column_name <> ''`;

describe.each(engines.filter(({ available }) => available))('the catalogue of data on $name', (engine) => {
  let scratch: ScratchDatabase;
  beforeAll(async () => {
    scratch = await engine.openScratch();
  });
  afterAll(() => scratch?.close());

  const stored = async (): Promise<string[]> =>
    (
      await scratch.query(`select table_name || '.' || column_name as name from information_schema.columns
        where table_schema = 'app'`)
    ).map((row) => String(row['name']));

  it('S31: lists every stored column, and none that is gone', async () => {
    const columns = await stored();
    const known = new Set(listed());
    expect(columns.filter((column) => !known.has(column))).toEqual([]);
    expect(listed().filter((column) => !columns.includes(column))).toEqual([]);
    await scratch.execute('alter table app.feature_setting add column ticket_text text');
    expect((await stored()).filter((column) => !known.has(column))).toEqual(['feature_setting.ticket_text']);
    await scratch.execute('alter table app.feature_setting drop column ticket_text');
  });

  it('S11: has no column for phone, address, birth date, identity number, card or name of a person', async () => {
    expect((await stored()).filter((column) => forbidden.test(column.split('.')[1] ?? ''))).toEqual([]);
    for (const column of ['phone', 'home_address', 'birth_date', 'ssn', 'card_number', 'requester_name'])
      expect(forbidden.test(column)).toBe(true);
  });

  it('S31: the database itself refuses anything unsealed in every sealed column', async () => {
    const guarded = (await scratch.query(sealedColumnsOfSchema)).map((row) => String(row['name']));
    expect(guarded.sort()).toEqual(sealedColumns.map(({ table, column }) => `${table}.${column}`).sort());
  });

  it('names rows of sealed columns by columns of the same table', () => {
    for (const { table, row } of sealedColumns)
      for (const column of row) expect(Object.keys(dataCatalogue[table]?.columns ?? {})).toContain(column);
  });

  it('says of every column what it is for, why it is plain, how long it stays and how it goes', () => {
    for (const { purpose, retention, erasedBy, columns } of Object.values(dataCatalogue)) {
      for (const text of [purpose, retention, erasedBy]) expect(text.length).toBeGreaterThan(5);
      for (const entry of Object.values(columns)) {
        expect(entry.purpose.length).toBeGreaterThan(2);
        if ('plain' in entry) expect(entry.plain.length).toBeGreaterThan(4);
      }
    }
  });
});
