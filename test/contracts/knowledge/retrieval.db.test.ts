import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KnowledgeSourceView } from '../../../src/contract/knowledge.ts';
import { Transient } from '../../../src/kernel/transient.ts';
import { embedSource } from '../../../src/services/knowledge/embed-source.ts';
import { compareEncoder } from '../../../src/services/knowledge/retrieval/encoder-checks.ts';
import { readScope } from '../../../src/services/knowledge/retrieval/retrieval-queries.ts';
import {
  forgetKnowledge,
  retrievalServices,
  retrievePassages,
  type RetrievalServices,
} from '../../../src/services/knowledge/retrieval/retrieve-passages.ts';
import type { Scope } from '../../../src/services/knowledge/retrieval/retrieval-queries.ts';
import { engines } from '../../support/database.ts';
import { openKnowledgeHouse, type KnowledgeHouse } from '../../support/knowledge-house.ts';

const guide = `# Returns

## How long can I return something?

Unworn shoes may be returned within 30 days of delivery, with the receipt.

## Who pays for the parcel?

We send a prepaid label; the courier collects the parcel at your door.

# Bicycles

## Servicing the brakes

Hydraulic brakes are bled once a year in our workshop in Graz.

## Tubes and tyres

Tubes of 28 inches fit tyres of 32 to 47 millimetres.

## Lights

The front lamp runs on a dynamo in the hub and needs no battery at all.

# Payment

## Cards

Visa and Mastercard are charged when the goods leave the warehouse.

## Invoices

Companies pay by invoice within fourteen days, after their first three orders.

## Vouchers

A voucher holds for three years and can be spent in several parts.
`;
const german = `# Rückgabe

## Wie lange kann ich etwas zurückgeben?

Ungetragene Schuhe nehmen wir innerhalb von 30 Tagen zurück.`;

describe.each(engines.filter(({ available }) => available))('finding passages on $name', (engine) => {
  let house: KnowledgeHouse;
  let agentId: string;
  let source: KnowledgeSourceView;
  let services: RetrievalServices;
  beforeAll(async () => {
    house = await openKnowledgeHouse(engine);
  });
  beforeEach(async () => {
    house.embedder.use(undefined);
    await house.newLead();
    agentId = await house.newAgent();
    source = await house.newSource({ aiAgentId: agentId, inCopilot: false, settings: { kind: 'files' } });
    services = retrievalServices({ settings: { get: () => Promise.reject(new Error('not asked')) } });
  });
  afterAll(() => house?.close());

  it('S54: lets go of what is open in memory when a subscription ends, and of that alone', async () => {
    await house.upload(source.id, 'guide.md', guide);
    await find(['How long can I return shoes?']);
    const one = services.shelves.bytes;
    const ended = house.call().subscriptionId;
    await house.newLead();
    const second = await house.newSource({ internal: true, settings: { kind: 'files' } });
    await house.upload(second.id, 'guide.md', guide);
    await find(['How long can I return shoes?'], { copilot: true });
    const both = services.shelves.bytes;
    expect(both).toBeGreaterThan(one);
    forgetKnowledge(services, ended);
    expect(services.shelves.bytes).toBe(both - one);
    forgetKnowledge(services, house.call().subscriptionId);
    expect(services.shelves.bytes).toBe(0);
  });

  const find = async (turns: readonly string[], scope: Scope = { aiAgentId: agentId }, limit = 5) => {
    const found = await retrievePassages(house.call(), services, {
      scope,
      query: Transient.of(turns),
      limit,
    });
    const texts: string[] = [];
    found.passages.map((list) => texts.push(...list.map(({ text }) => text)));
    return { ...found, texts };
  };

  it('finds what a file says, with title and headings, and knows when it does not', async () => {
    await house.upload(source.id, 'Guide.md', guide);
    const found = await find(['How many days do I have to return my shoes?']);
    expect(found.texts[0]).toContain('within 30 days');
    expect(found).toMatchObject({ mode: 'lexical', sure: true });
    found.passages.map(([first]) =>
      expect(first).toMatchObject({
        title: 'Guide.md',
        headingPath: ['Returns', 'How long can I return something?'],
        kind: 'files',
        url: null,
        internal: false,
      }),
    );
    expect((await find(['What is the capital of Mongolia and who governs it?'])).sure).toBe(false);
  });

  it('reads the whole conversation: "it" is what was spoken of before', async () => {
    await house.upload(source.id, 'Guide.md', guide);
    expect(
      (await find(['My bicycle has hydraulic brakes', 'How often must they be serviced?'])).texts[0],
    ).toContain('once a year');
  });

  it('finds in another language, and a word by its other ending', async () => {
    await house.upload(source.id, 'Anleitung.md', german);
    expect((await find(['Kann ich Schuhe zurückgeben?'])).texts[0]).toContain('30 Tagen');
    await house.upload(source.id, 'Guide.md', guide);
    expect((await find(['brake'])).texts[0]).toContain('Hydraulic brakes');
  });

  it('sees a new version at once and a deleted file no more', async () => {
    const { body: file } = await house.upload(source.id, 'Guide.md', guide);
    expect((await find(['return shoes'])).texts[0]).toContain('30 days');
    await house.upload(source.id, 'Guide.md', guide.replace('30 days', '45 days'));
    expect((await find(['return shoes'])).texts[0]).toContain('45 days');
    await house.send('DELETE', `/sources/${source.id}/files/${file.id}`);
    expect((await find(['return shoes'])).texts).toEqual([]);
  });

  it('keeps to its scope: another agent, the copilot and another subscription find nothing', async () => {
    await house.upload(source.id, 'Guide.md', guide);
    const other = await house.newAgent();
    expect((await find(['return shoes'], { aiAgentId: other })).texts).toEqual([]);
    expect((await find(['return shoes'], { copilot: true })).texts).toEqual([]);
    await house.newLead();
    expect((await find(['return shoes'])).texts).toEqual([]);
  });

  it('opens the files once for callers at the same time, and gives up when all have gone', async () => {
    await house.upload(source.id, 'Guide.md', guide);
    const call = house.call();
    const sources = await call.ports.database.read(call, (tx) => readScope(tx, { aiAgentId: agentId }));
    const [one, other] = await Promise.all([
      services.shelves.get(call, sources),
      services.shelves.get(call, sources),
    ]);
    expect(one).toBe(other);
    services.shelves.clear();
    const gone = new AbortController();
    const waiting = services.shelves.get(house.call(gone.signal), sources);
    gone.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    // The one who comes next is not told of it.
    await services.shelves.get(call, sources);
    expect(() => JSON.stringify(one)).toThrow('refused serialisation');
  });

  it('puts vectors beside words once the model has shown that it finds, and never those of another model', async () => {
    await house.upload(source.id, 'Guide.md', guide);
    house.embedder.use('model-a');
    await embedSource({ ...house.call() }, source.id);
    expect((await find(['return shoes'])).mode).toBe('lexical');
    await expect.poll(async () => (await find(['return shoes'])).mode).toBe('fused');
    expect((await find(['return shoes'])).texts[0]).toContain('30 days');
    house.embedder.use('model-b');
    expect((await find(['return shoes'])).texts[0]).toContain('30 days');
    const call = house.call();
    const sources = await call.ports.database.read(call, (tx) => readScope(tx, { aiAgentId: agentId }));
    const shelf = await services.shelves.get(call, sources);
    let calls = 0;
    const blind = {
      ...call.ports.embedder,
      embed: async (texts: Transient<readonly string[]>) =>
        Array.from({ length: texts.measure((list) => list.length) }, (_, at) =>
          Float32Array.from({ length: 768 }, (_number, place) =>
            Math.sin((at + 1) * (place + 7 * ++calls) * 131),
          ),
        ),
    };
    expect(await compareEncoder(blind, call.signal, shelf)).toBe(false);
  });

  it('leaves neither question nor passage in any table', async () => {
    await house.upload(source.id, 'Guide.md', guide.replace('Graz', 'CNRYKNOWLEDGE'));
    house.embedder.use('model-a');
    await embedSource({ ...house.call() }, source.id);
    expect((await find(['CNRYQUESTION about CNRYKNOWLEDGE brakes'])).texts[0]).toContain('CNRYKNOWLEDGE');
    const stored = await house.stored();
    for (const canary of ['CNRYKNOWLEDGE', 'CNRYQUESTION', 'hydraulic']) expect(stored).not.toContain(canary);
  });
});
