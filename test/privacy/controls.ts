import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { House } from '../support/house.ts';
import { formsOf, makeCanary, type Canary } from './canaries.ts';
import type { Engine, PlantedLeak } from './engines.ts';
import { filesIn, textPlace, type Place } from './places.ts';
import { createScanner } from './scanner.ts';

/** Things that must be in a place: where they are missing, the search has not seen what it should. */
const mustStandIn: Readonly<Record<string, (ticketId: number) => readonly string[]>> = {
  'table: app.receipt': (ticketId) => ['summarize-ticket', String(ticketId)],
  'table: app.audit_event': () => ['provider.added', 'auth.signed-in'],
  'table: app.macro': () => ['70001'],
  'table: app.macro_event': (ticketId) => ['70001', String(ticketId)],
  'standard output and error': () => ['request finished'],
  metrics: () => ['indesk_'],
  mails: () => ['You are invited'],
  'page /v1/integrations as admin': () => ['sim-model'],
  'page /v1/operator/subscriptions as operator': () => ['Second shop'],
};

/** Leaks put in on purpose and things that had to be there, and how many of them were found. */
export interface Controls {
  readonly planted: number;
  readonly found: number;
  readonly missed: string[];
}

/** Controls: what must be there is found, and so is one leak planted in each kind of place. */
export async function runControls(
  house: House,
  engine: Engine,
  places: readonly Place[],
  { ticketId, kept }: { readonly ticketId: number; readonly kept: Canary },
): Promise<Controls> {
  const missed: string[] = [];
  let planted = 0;
  const expect = (what: string, found: boolean): void => {
    planted += 1;
    if (!found) missed.push(what);
  };
  for (const [name, texts] of Object.entries({ ...mustStandIn, ...engine.mustStandIn })) {
    const place = places.find((one) => one.name === name);
    for (const text of texts(ticketId)) expect(`"${text}" in ${name}`, place?.bytes.includes(text) === true);
  }
  const scanKept = createScanner([kept]);
  expect(
    kept.channel,
    places.some(({ name, bytes }) => scanKept(name, bytes).length > 0),
  );
  const leaks = [...commonLeaks(house), ...engine.leaks(house.dataDirectory)];
  const marked = leaks.map((leak) => ({ ...leak, canary: makeCanary(leak.kind) }));
  const scan = createScanner(marked.map(({ canary }) => canary));
  for (const { kind, plant, canary } of marked) {
    const changed = await plant(canary.value);
    expect(
      kind,
      changed.flatMap(({ name, bytes }) => scan(name, bytes)).some(({ channel }) => channel === kind),
    );
  }
  return { planted, found: planted - missed.length, missed };
}

/** Leaks in the places every engine has, and in every form a leak may take. */
function commonLeaks(house: House): PlantedLeak[] {
  const folder = join(house.dataDirectory, 'planted');
  mkdirSync(folder, { recursive: true });
  const forms = formsOf(makeCanary('form')).length;
  return [
    ...Array.from({ length: forms }, (_none, index) => ({
      kind: `form ${index} in a file of the data folder`,
      plant: async (leak: string) => {
        const form = formsOf({ channel: 'form', value: leak })[index] ?? Buffer.alloc(0);
        writeFileSync(
          join(folder, String(index)),
          Buffer.concat([Buffer.from('a '), form, Buffer.from(' b')]),
        );
        return filesIn(folder, 'data folder');
      },
    })),
    {
      kind: 'a temporary file',
      plant: async (leak) => {
        appendFileSync(join(house.temporaryDirectory, 'planted.txt'), leak);
        return filesIn(house.temporaryDirectory, 'temporary folder');
      },
    },
    {
      kind: 'a line of the log',
      plant: async (leak) => [textPlace('log', `${house.output()}{"event":"${leak}"}`)],
    },
    { kind: 'a label of a metric', plant: async (leak) => [textPlace('metrics', `x{label="${leak}"} 1`)] },
  ];
}
