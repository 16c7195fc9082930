import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { demoShopOf } from '../../simulators/shop/demo-agent.ts';
import { changeAiAgent, saveAiAgentSettings } from '../../src/services/ai-agents/change-ai-agent.ts';
import { readAiAgentLines } from '../../src/services/ai-agents/ai-agent-queries.ts';
import { readAiAgent, readAiAgentVersion } from '../../src/services/ai-agents/read-ai-agents.ts';
import { listFiles } from '../../src/services/knowledge/list-files.ts';
import { listSources } from '../../src/services/knowledge/source-view.ts';
import { removeDocument } from '../../src/services/knowledge/upload-file.ts';
import { DemoShop, furnishDemoShop } from '../../src/services/sandbox/demo-shop.ts';
import { engines } from '../support/database.ts';
import { openKnowledgeHouse, type KnowledgeHouse } from '../support/knowledge-house.ts';

const server = 'http://127.0.0.1:8700';

describe.each(engines.filter(({ available }) => available))('the demo shop on $name', (engine) => {
  let house: KnowledgeHouse;

  beforeAll(async () => {
    house = await openKnowledgeHouse(engine);
  });
  beforeEach(() => house.newLead());
  afterAll(() => house?.close());

  const furnish = async (shopUrl = 'http://127.0.0.1:8740'): Promise<string> =>
    furnishDemoShop(house.call(), DemoShop.parse(await demoShopOf(shopUrl)), server);
  const agents = () => {
    const call = house.call();
    return call.ports.database.read(call, readAiAgentLines);
  };
  const files = async (): Promise<readonly string[]> => {
    const call = house.call();
    const sources = (await listSources(call)).filter(({ settings }) => settings.kind === 'files');
    const lists = await Promise.all(sources.map(({ id }) => listFiles(call, id)));
    return lists.flat().map(({ name, state }) => `${name} ${state}`);
  };

  it('gets its AI agent, published, with all of its knowledge, and the snippet for its pages', async () => {
    const html = await furnish();
    const [agent, ...others] = await agents();
    expect(others).toEqual([]);
    expect(agent).toMatchObject({ name: 'Brooke', status: 'active', publishedVersion: 1 });
    expect(html).toContain(`src="${server}/widget/loader.js" data-agent="${agent?.widgetKey}"`);
    const sources = await listSources(house.call());
    expect(
      sources.map(({ settings, aiAgentId, inCopilot, internal }) => ({
        kind: settings.kind,
        ofAgent: aiAgentId === agent?.id,
        inCopilot,
        internal,
      })),
    ).toEqual([
      { kind: 'files', ofAgent: true, inCopilot: true, internal: false },
      { kind: 'confluence', ofAgent: true, inCopilot: true, internal: false },
      { kind: 'help-center', ofAgent: true, inCopilot: true, internal: false },
      { kind: 'files', ofAgent: false, inCopilot: true, internal: true },
    ]);
    expect(await files()).toHaveLength(6);
  });

  it('is furnished once: a second start makes nothing twice, and brings back only what is missing', async () => {
    const html = await furnish();
    const call = house.call();
    const [source] = await listSources(call);
    const [file] = await listFiles(call, source?.id ?? '');
    await removeDocument(call, 'file', source?.id ?? '', file?.id ?? '');
    expect(await files()).toHaveLength(5);
    expect(await furnish()).toBe(html);
    expect(await agents()).toHaveLength(1);
    expect(await listSources(house.call())).toHaveLength(4);
    expect((await files()).toSorted()).toEqual([
      'brookline-club.md ready',
      'ember-300-manual.docx ready',
      'ridgeline-2-manual.pdf ready',
      'spare-parts.csv ready',
      'store-hamburg.html ready',
      'warehouse-notes.txt ready',
    ]);
  });

  it('keeps what a lead changed, and lets the chat be shown where the shop stands now', async () => {
    await furnish();
    const call = house.call();
    const id = (await agents())[0]?.id ?? '';
    const { settings } = await readAiAgent(call, id);
    await changeAiAgent(call, id, { status: 'off' });
    await furnish('http://127.0.0.1:8741');
    const moved = (await agents())[0];
    expect(moved).toMatchObject({ status: 'off', publishedVersion: 2 });
    expect((await readAiAgentVersion(call, id, 2)).allowedOrigins).toEqual([
      'http://127.0.0.1:8741',
      'http://localhost:8741',
      ...settings.allowedOrigins,
    ]);

    const draft = { ...settings, greeting: 'Not yet for visitors' };
    await saveAiAgentSettings(call, id, { basedOn: 2, settings: draft });
    await furnish('http://127.0.0.1:8742');
    expect((await agents())[0]).toMatchObject({ newestVersion: 3, publishedVersion: 2 });
  });
});
