import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../support/database.ts';
import { openChatHouse, shopOrigin, type ChatHouse, type TestAgent } from '../../support/chat-house.ts';

const typeOf = (body: unknown): string | undefined => (body as { type?: string }).type?.split('/').at(-1);

for (const engine of engines) {
  describe.skipIf(!engine.available)(`sessions of visitors on ${engine.name}`, () => {
    let house: ChatHouse;
    let agent: TestAgent;
    beforeAll(async () => {
      house = await openChatHouse(engine);
      agent = await house.newAgent({
        greeting: 'Ahoy!',
        instructions: 'Never mention the cellar.',
        refusedTopics: ['politics'],
        look: { colour: '#ffee00', position: 'left', theme: 'dark' },
      });
    });
    afterAll(() => house?.close());

    it('begins one for a page on the list, says how the widget looks and nothing of how the agent decides', async () => {
      const { status, headers, body } = await house.open(agent.agent.widgetKey);
      expect(status).toBe(200);
      expect(headers.get('access-control-allow-origin')).toBe(shopOrigin);
      expect(headers.get('vary')).toContain('origin');
      expect(body).toMatchObject({
        look: {
          name: 'Shop assistant',
          greeting: 'Ahoy!',
          colour: '#ffee00',
          textColour: '#000000',
          open: null,
        },
      });
      expect(JSON.stringify(body)).not.toMatch(/cellar|politics|allowedOrigins/);
    });

    it('gives one answer to unknown keys, other pages, no page, drafts and what is switched off', async () => {
      const off = await house.newAgent();
      await house.switchOff(off);
      const nowhere = await house.newAgent({ allowedOrigins: [] });
      const answers = await Promise.all([
        house.open('z'.repeat(22)),
        house.open(agent.agent.widgetKey, { origin: 'https://evil.example' }),
        house.open(agent.agent.widgetKey, { origin: `${shopOrigin}.evil.example` }),
        house.open(agent.agent.widgetKey, { origin: 'null' }),
        house.open(agent.agent.widgetKey, { origin: undefined }),
        house.open(off.agent.widgetKey),
        house.open(nowhere.agent.widgetKey),
      ]);
      for (const { status, headers, body } of answers) {
        expect([status, typeOf(body)]).toEqual([403, 'chat-unavailable']);
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
    });

    it('prolongs a session of the same page and agent, and begins a new one for any other', async () => {
      const visitor = await house.visit(agent);
      const sidOf = (token: string): string =>
        (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { sid: string }).sid;
      const prolong = async (key: string, session: string) =>
        (await house.open(key, { body: { session } })).body as { session: string; history: string | null };
      const same = await prolong(agent.agent.widgetKey, visitor.token);
      expect([sidOf(same.session), same.history]).toEqual([sidOf(visitor.token), null]);
      const other = await house.newAgent({}, { call: agent.call });
      for (const [key, token] of [
        [other.agent.widgetKey, visitor.token],
        [agent.agent.widgetKey, `${visitor.token}x`],
        [agent.agent.widgetKey, 'a.b.c'],
      ] as const) {
        const fresh = await prolong(key, token);
        expect(sidOf(fresh.session)).not.toBe(sidOf(visitor.token));
        expect(fresh.history).not.toBeNull();
      }
    });

    it('a token is good for its own agent only, and not when it is changed or missing', async () => {
      const visitor = await house.visit(agent);
      const other = await house.newAgent({}, { call: agent.call });
      const [claims = '', mac = ''] = visitor.token.split('.');
      const edited = Buffer.from(
        Buffer.from(claims, 'base64url').toString().replace(agent.agent.id, other.agent.id),
      ).toString('base64url');
      const ask = async (key: string, token?: string) => {
        const response = await fetch(`${house.urls[0]}/v1/chat/${key}/turns`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify({ message: 'Hello', history: visitor.history }),
        });
        return [response.status, typeOf(await response.json().catch(() => ({})))];
      };
      expect(await ask(other.agent.widgetKey, visitor.token)).toEqual([403, 'chat-unavailable']);
      for (const [key, token] of [
        [other.agent.widgetKey, `${edited}.${mac}`],
        [agent.agent.widgetKey, `${claims}.${mac}.x`],
        [agent.agent.widgetKey, claims],
        [agent.agent.widgetKey, undefined],
      ] as const)
        expect(await ask(key, token)).toEqual([401, 'chat-session-over']);
      expect((await ask(agent.agent.widgetKey, visitor.token))[0]).toBe(200);
    });

    describe('who the company says a visitor is', () => {
      let secret: string;
      let named: TestAgent;
      beforeAll(async () => {
        named = await house.newAgent();
        const response = await fetch(`${house.urls[0]}/v1/ai-agents/${named.agent.id}/identity-secret`, {
          method: 'PUT',
          headers: { 'x-subscription': named.call.subscriptionId },
        });
        ({ secret } = (await response.json()) as { secret: string });
      });

      const token = (
        more: {
          readonly secret?: string;
          readonly alg?: string;
          readonly aud?: string;
          readonly seconds?: number;
          readonly iat?: number;
          readonly claims?: object;
        } = {},
      ) => {
        const now = Math.floor(Date.now() / 1000) + (more.iat ?? 0);
        return new SignJWT({ jti: randomUUID(), sub: 'customer-7', email: 'ana@example.com', ...more.claims })
          .setProtectedHeader({ alg: more.alg ?? 'HS256' })
          .setAudience(more.aud ?? named.agent.widgetKey)
          .setIssuedAt(now)
          .setExpirationTime(now + (more.seconds ?? 300))
          .sign(Buffer.from(more.secret ?? secret));
      };
      const open = async (identity: string, at = named) => {
        const { status, body } = await house.open(at.agent.widgetKey, { body: { identity } });
        return status === 200 ? 200 : typeOf(body);
      };

      it('is believed once, and stands in no answer', async () => {
        const one = await token();
        const { status, body } = await house.open(named.agent.widgetKey, { body: { identity: one } });
        expect(status).toBe(200);
        expect(JSON.stringify(body)).not.toMatch(/customer-7|ana@example/);
        expect(await open(one)).toBe('identity-refused');
      });

      it('is refused when forged, for another agent, too long, over, in the future, of another algorithm, or where no secret is set', async () => {
        const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token()).split('.')[1]}.`;
        const refused: readonly (readonly [string, string | Promise<string>])[] = [
          ['forged', token({ secret: 'x'.repeat(43) })],
          ['another agent', token({ aud: agent.agent.widgetKey })],
          ['an hour', token({ seconds: 3_600 })],
          ['over', token({ iat: -1_000 })],
          ['in the future', token({ iat: 600 })],
          ['another algorithm', token({ alg: 'HS512' })],
          ['unsigned', unsigned],
          ['no id', token({ claims: { jti: undefined } })],
          ['no subject', token({ claims: { sub: undefined } })],
          ['rubbish', 'rubbish'],
        ];
        for (const [what, one] of refused) expect(await open(await one), what).toBe('identity-refused');
        expect(await open(await token({ aud: agent.agent.widgetKey, secret: '' + secret }), agent)).toBe(
          'identity-refused',
        );
      });
    });
  });
}
