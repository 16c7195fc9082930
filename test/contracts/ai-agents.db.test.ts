import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { AiAgentSettings, type AiAgent } from '../../src/contract/ai-agents.ts';
import { addAiAgentsRoutes } from '../../src/http/routes/ai-agents-routes.ts';
import type { TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openRoutesOfLead, type RoutesOfLead } from '../support/routes-of-lead.ts';

const typeOf = (body: unknown): string | undefined => (body as { type?: string }).type?.split('/').at(-1);

describe('settings of an AI agent', () => {
  it('have a default each, and take no page, picture, hours or colour that would do harm', () => {
    expect(AiAgentSettings.parse({})).toMatchObject({
      allowedOrigins: [],
      writeBack: 'transcript',
      turnLimit: 20,
    });
    const bad: readonly object[] = [
      { allowedOrigins: ['*'] },
      { allowedOrigins: ['http://shop.example'] },
      { allowedOrigins: ['https://shop.example/'] },
      { allowedOrigins: ['https://*.example'] },
      { allowedOrigins: ['https://user@shop.example'] },
      { avatar: { initials: 'A', colour: '#fff', image: null } },
      { avatar: { initials: 'A', colour: '#ffffff', image: 'https://evil.example/a.png' } },
      { avatar: { initials: 'A', colour: '#ffffff', image: 'data:image/svg+xml;base64,AAAA' } },
      { look: { colour: 'red;background:url(//x)', position: 'left', theme: 'auto' } },
      { businessHours: { timeZone: 'Mars/Base', week: [[], [], [], [], [], [], []], holidays: [] } },
      { turnLimit: 51 },
    ];
    for (const settings of bad)
      expect(AiAgentSettings.safeParse(settings).success, JSON.stringify(settings)).toBe(false);
    for (const origin of ['https://shop.example', 'https://shop.example:8443', 'http://localhost:3000'])
      expect(AiAgentSettings.safeParse({ allowedOrigins: [origin] }).success, origin).toBe(true);
  });
});

for (const engine of engines) {
  describe.skipIf(!engine.available)(`AI agents in the console on ${engine.name}`, () => {
    let routes: RoutesOfLead;
    let call: TestCall;
    beforeAll(async () => {
      routes = await openRoutesOfLead(engine, addAiAgentsRoutes, {
        ports: { logger: createLogger({ level: 'silent' }) },
        context: { zendeskClients: { redirectUri: 'https://indesk.example/oauth/zendesk/callback' } },
      });
    });
    beforeEach(async () => {
      call = await routes.newLead();
    });
    afterAll(() => routes?.close());

    const create = async (settings: object = {}): Promise<AiAgent> => {
      const { status, body } = await routes.send('POST', '/v1/ai-agents', { name: 'Shop', settings });
      expect(status).toBe(200);
      return body as AiAgent;
    };

    it('are made as drafts, saved in versions, published, rolled back and listed', async () => {
      const made = await create({ greeting: 'One' });
      expect(made).toMatchObject({ status: 'draft', publishedVersion: null, newestVersion: 1 });
      const at = `/v1/ai-agents/${made.id}`;
      const save = (basedOn: number, greeting: string) =>
        routes.send('PUT', `${at}/settings`, { basedOn, settings: { ...made.settings, greeting } });
      expect((await save(1, 'Two')).body).toMatchObject({ newestVersion: 2, settings: { greeting: 'Two' } });
      expect(typeOf((await save(1, 'Three')).body)).toBe('conflict');
      expect((await routes.send('POST', `${at}/versions/2/publish`)).body).toMatchObject({
        status: 'active',
        publishedVersion: 2,
      });
      expect((await routes.send('POST', `${at}/versions/1/publish`)).body).toMatchObject({
        publishedVersion: 1,
      });
      expect((await routes.send('POST', `${at}/versions/9/publish`)).status).toBe(404);
      expect((await routes.send('GET', `${at}/versions/1`)).body).toMatchObject({
        settings: { greeting: 'One' },
      });
      expect((await routes.send('GET', `${at}/versions`)).body).toMatchObject({
        versions: [
          { version: 2, published: false },
          { version: 1, published: true },
        ],
      });
      expect((await routes.send('GET', '/v1/ai-agents')).body).toMatchObject({ aiAgents: [{ id: made.id }] });
    });

    it('two who save at once make one version', async () => {
      const made = await create();
      const saved = await Promise.all(
        [1, 2, 3, 4].map(() =>
          routes.send('PUT', `/v1/ai-agents/${made.id}/settings`, { basedOn: 1, settings: made.settings }),
        ),
      );
      expect(saved.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('keep the published version when many newer ones push the others out', async () => {
      const made = await create();
      await routes.send('POST', `/v1/ai-agents/${made.id}/versions/1/publish`);
      for (let version = 1; version <= 53; version += 1)
        await routes.send('PUT', `/v1/ai-agents/${made.id}/settings`, { basedOn: version, settings: {} });
      const { versions } = (await routes.send('GET', `/v1/ai-agents/${made.id}/versions`)).body as {
        versions: { version: number }[];
      };
      expect(versions).toHaveLength(51);
      expect(versions.at(-1)?.version).toBe(1);
    }, 30_000);

    it('a plan has room for so many, also when many are made at once', async () => {
      await routes.database.bookkeep(call, (tx) =>
        tx
          .updateTable('app.subscription')
          .set({ ai_agent_quota: 3 } as never)
          .execute(),
      );
      const made = await Promise.all(
        Array.from({ length: 10 }, () => routes.send('POST', '/v1/ai-agents', { name: 'Shop' })),
      );
      expect(made.filter(({ status }) => status === 200)).toHaveLength(3);
      expect(typeOf(made.find(({ status }) => status !== 200)?.body)).toBe('quota-exceeded');
    });

    it('the identity secret is shown once and stored sealed; the snippet names key and server', async () => {
      const made = await create({ allowedOrigins: ['https://shop.example'] });
      const { body } = await routes.send('PUT', `/v1/ai-agents/${made.id}/identity-secret`);
      const { secret } = body as { secret: string };
      expect(secret.length).toBeGreaterThanOrEqual(43);
      const read = await routes.send('GET', `/v1/ai-agents/${made.id}`);
      expect(read.text).not.toContain(secret);
      expect(read.body).toMatchObject({ hasIdentitySecret: true });
      const rows = await routes.database.read(call, (tx) =>
        tx.selectFrom('app.ai_agent').select('identity_secret').execute(),
      );
      expect(rows[0]?.identity_secret).not.toContain(secret);
      await routes.send('DELETE', `/v1/ai-agents/${made.id}/identity-secret`);
      expect((await routes.send('GET', `/v1/ai-agents/${made.id}`)).body).toMatchObject({
        hasIdentitySecret: false,
      });
      await routes.send('POST', `/v1/ai-agents/${made.id}/versions/1/publish`);
      expect((await routes.send('GET', `/v1/ai-agents/${made.id}/snippet`)).body).toEqual({
        html: `<script async src="https://indesk.example/widget/loader.js" data-agent="${made.widgetKey}"></script>`,
        allowedOrigins: ['https://shop.example'],
      });
    });

    it('deleting one takes versions and counters along, and waits for a legal hold', async () => {
      const made = await create();
      const { subscriptionId } = call;
      await routes.database.bookkeep(call, (tx) =>
        tx
          .insertInto('app.ai_agent_day')
          .values({ subscription_id: subscriptionId, ai_agent_id: made.id, day: '2026-01-01' })
          .execute(),
      );
      const hold = (since: Date | null) =>
        routes.database.bookkeep(call, (tx) =>
          tx
            .updateTable('app.subscription')
            .set({ held_since: since } as never)
            .execute(),
        );
      await hold(new Date());
      expect(typeOf((await routes.send('DELETE', `/v1/ai-agents/${made.id}`)).body)).toBe(
        'subscription-held',
      );
      await hold(null);
      expect((await routes.send('DELETE', `/v1/ai-agents/${made.id}`)).status).toBe(200);
      expect((await routes.send('GET', `/v1/ai-agents/${made.id}`)).status).toBe(404);
      const left = await routes.database.read(call, async (tx) => [
        await tx.selectFrom('app.ai_agent_version').selectAll().execute(),
        await tx.selectFrom('app.ai_agent_day').selectAll().execute(),
      ]);
      expect(left).toEqual([[], []]);
    });

    it('people without the right read and change nothing', async () => {
      const made = await create();
      routes.as('member');
      expect((await routes.send('GET', `/v1/ai-agents/${made.id}`)).status).toBe(200);
      expect((await routes.send('DELETE', `/v1/ai-agents/${made.id}`)).status).toBe(403);
      expect((await routes.send('POST', '/v1/ai-agents', { name: 'Shop' })).status).toBe(403);
    });
  });
}
