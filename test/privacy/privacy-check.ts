// Drives every feature with marked content down every path, then searches everything that could have kept it.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureNames } from '../../src/contract/copilot.ts';
import { printResult } from '../../bench/report.ts';
import { openHouse } from '../support/house.ts';
import { createScanner, formsOf, makeCanary, type Finding } from './canaries.ts';
import { openEmbedded } from './engines.ts';
import { exercise, markTicket } from './exercise.ts';
import { filesIn, tablesOf, type Place } from './places.ts';

const quick = process.argv.includes('--quick');

const house = await openHouse();
let runs = 0;
let places: Place[] = [];
let attachmentDownloads = 0;
let oversharing = 0;
const { canaries, value, ticketId } = await markTicket(house);
const scan = createScanner(canaries);
try {
  // What no feature declares must not be in any request to the provider.
  await house.sandbox('providers', 'POST', 'forbidden', {
    values: ['requester-email', 'requester-phone', 'attachment-name'].map(value),
  });
  runs = await exercise(
    house,
    { canaries, value, ticketId },
    { quick, onPath: (name) => process.stderr.write(`${name}\n`) },
  );
  // Receipts are written 200 ms later.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const metrics = await fetch(house.metricsUrl).then((response) => response.text());
  const requests = (await house.sandbox('zendesk', 'GET', 'requests')) as { attachments?: number };
  attachmentDownloads = requests.attachments ?? 0;
  oversharing = ((await house.sandbox('providers', 'GET', 'violations')) as { count: number }).count;
  const health = await Promise.all(
    ['/readyz', '/nothing-here'].map(async (path) => ({
      name: `page ${path}`,
      bytes: Buffer.from(await fetch(house.serverUrl + path).then((response) => response.text())),
    })),
  );
  await house.stopServer();
  const database = await openEmbedded(house.dataDirectory);
  const tables = await tablesOf(database);
  await database.close();
  places = [
    ...tables,
    ...filesIn(house.dataDirectory, 'data folder'),
    ...filesIn(house.temporaryDirectory, 'temporary folder'),
    { name: 'standard output and error', bytes: Buffer.from(house.output()) },
    { name: 'metrics', bytes: Buffer.from(metrics) },
    ...health,
  ];
} catch (error) {
  await house.close();
  throw error;
}

const findings: Finding[] = places.flatMap(({ name, bytes }) => scan(name, bytes));

/** Controls: what must be there is found, and one leak planted in each kind of place, in every form, is found too. */
async function controls(): Promise<{ planted: number; found: number; missed: string[] }> {
  const missed: string[] = [];
  let planted = 0;
  const expect = (what: string, found: boolean): void => {
    planted += 1;
    if (!found) missed.push(what);
  };
  const receipts = places.find(({ name }) => name === 'table: app.receipt');
  expect(
    'the receipts of this run are in the table',
    receipts?.bytes.includes('summarize-ticket') === true && receipts.bytes.includes(String(ticketId)),
  );
  expect('log lines of this run are in the output', house.output().includes('request finished'));
  const leak = makeCanary('planted');
  const look = createScanner([leak]);
  for (const [index, form] of formsOf(leak).entries()) {
    const folder = join(house.dataDirectory, 'planted');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, String(index)),
      Buffer.concat([Buffer.from('before '), form, Buffer.from(' after')]),
    );
    expect(
      `form ${index} in a file of the data folder`,
      filesIn(house.dataDirectory, 'data folder').some(
        ({ name, bytes }) => name.endsWith(`planted/${index}`) && look(name, bytes).length > 0,
      ),
    );
  }
  appendFileSync(join(house.temporaryDirectory, 'planted.txt'), leak.value);
  expect(
    'a temporary file',
    filesIn(house.temporaryDirectory, 't').some(({ name, bytes }) => look(name, bytes).length > 0),
  );
  expect('a log line', look('log', Buffer.from(`${house.output()}{"event":"${leak.value}"}`)).length > 0);
  expect('a metric label', look('metrics', Buffer.from(`x{label="${leak.value}"} 1`)).length > 0);
  const database = await openEmbedded(house.dataDirectory);
  for (const statement of [
    `update app.receipt set model = '${leak.value}'`,
    `update app.subscription set name = '${Buffer.from(leak.value).toString('base64')}'`,
  ]) {
    await database.query(statement);
    expect(
      statement.split(' ')[1] ?? '',
      (await tablesOf(database)).some(({ name, bytes }) => look(name, bytes).length > 0),
    );
    await database.query(statement.replace(/'[^']*'/, "'clean'"));
  }
  await database.close();
  return { planted, found: planted - missed.length, missed };
}

const { planted, found, missed } = await controls();
await house.close();
for (const { channel, place } of findings) process.stdout.write(`LEAK  ${channel} in ${place}\n`);
for (const what of missed) process.stdout.write(`MISSED  ${what}: this run proves nothing\n`);
if (attachmentDownloads > 0)
  process.stdout.write(`LEAK  ${attachmentDownloads} attachments were downloaded\n`);
if (oversharing > 0)
  process.stdout.write(
    `LEAK  ${oversharing} requests to the provider held fields that no feature declares\n`,
  );
const leaks = findings.length + attachmentDownloads + oversharing;
printResult(
  `Privacy check: ${canaries.length} marked channels, ${runs} runs, ${places.length} places searched${quick ? ' (--quick: fewer paths)' : ''}`,
  {
    engine: 'pglite',
    features: featureNames.length,
    planted,
    found,
    leaks,
    channels: canaries.length,
    runs,
    places: places.length,
  },
  places.length === 0 || runs === 0,
);
if (leaks > 0 || missed.length > 0) process.exitCode = 1;
