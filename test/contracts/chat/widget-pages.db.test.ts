import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../support/database.ts';
import { openChatHouse, shopOrigin, type ChatHouse, type TestAgent } from '../../support/chat-house.ts';

const other = 'https://www.shop.example';

for (const engine of engines) {
  describe.skipIf(!engine.available)(`the pages of the widget on ${engine.name}`, () => {
    let house: ChatHouse;
    let agent: TestAgent;
    beforeAll(async () => {
      house = await openChatHouse(engine);
      agent = await house.newAgent({ allowedOrigins: [shopOrigin, other] });
    });
    afterAll(() => house?.close());

    const frame = (key: string, page: string | null = shopOrigin): Promise<Response> =>
      fetch(
        `${house.urls[0]}/widget/frame/${key}${page === null ? '' : `?page=${encodeURIComponent(page)}`}`,
      );
    const ancestorsOf = (response: Response): string =>
      /frame-ancestors ([^;]*)/.exec(response.headers.get('content-security-policy') ?? '')?.[1] ?? 'anybody';

    it('S92: may be framed by the pages of the published version and nobody else, under a strict policy', async () => {
      const response = await frame(agent.agent.widgetKey);
      expect(response.status).toBe(200);
      expect(ancestorsOf(response)).toBe(`${shopOrigin} ${other}`);
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:",
      );
      expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
      expect(response.headers.has('set-cookie')).toBe(false);
    });

    it('S92: look the same to nobody’s page, for nobody’s key and for an AI agent that is off or on no page', async () => {
      const off = await house.newAgent();
      await house.switchOff(off);
      const nowhere = await house.newAgent({ allowedOrigins: [] });
      const key = agent.agent.widgetKey;
      const answers = await Promise.all([
        frame('z'.repeat(22)),
        frame('x'),
        frame(off.agent.widgetKey),
        frame(nowhere.agent.widgetKey),
        frame(key, null),
        frame(key, 'https://evil.example'),
        frame(key, `${shopOrigin}.evil.example`),
        frame(key, shopOrigin.toUpperCase()),
        frame(key, '*'),
      ]);
      const texts = await Promise.all(answers.map((response) => response.text()));
      expect(new Set(texts).size).toBe(1);
      expect(texts[0]).toContain('This chat is not available here');
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
      for (const response of answers)
        expect(response.headers.get('content-security-policy') ?? '').not.toContain(other);
    });

    it('S93: say how an AI agent looks to its own pages only', async () => {
      const ask = (origin?: string): Promise<Response> =>
        fetch(`${house.urls[0]}/v1/chat/${agent.agent.widgetKey}/look`, {
          headers: { ...(origin !== undefined && { origin }) },
        });
      const own = await ask(shopOrigin);
      expect(own.status).toBe(200);
      expect(own.headers.get('access-control-allow-origin')).toBe(shopOrigin);
      expect(own.headers.get('vary')).toContain('origin');
      expect(own.headers.has('access-control-allow-credentials')).toBe(false);
      expect(await own.json()).toMatchObject({ name: 'Shop assistant', offersPerson: true });
      for (const origin of [
        undefined,
        'null',
        'https://evil.example',
        `${shopOrigin}:8443`,
        'http://shop.example',
      ]) {
        const refused = await ask(origin);
        expect(refused.status, origin).toBe(403);
        expect(refused.headers.has('access-control-allow-origin'), origin).toBe(false);
      }
    });

    it('come with a loader that any page may load, and files that never change', async () => {
      const loader = await fetch(`${house.urls[0]}/widget/loader.js`);
      expect(loader.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(loader.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
      expect(loader.headers.get('cache-control')).toContain('max-age=300');
      const page = await (await frame(agent.agent.widgetKey)).text();
      const file = /src="(\/widget\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? '';
      const script = await fetch(`${house.urls[0]}${file}`);
      expect(script.status).toBe(200);
      expect(script.headers.get('cache-control')).toContain('immutable');
      for (const escape of ['..%2findex.html', 'x.js%00', '.env'])
        expect((await fetch(`${house.urls[0]}/widget/assets/${escape}`)).status, escape).toBe(404);
    });
  });
}
