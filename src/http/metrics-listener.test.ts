import { afterEach, describe, expect, it } from 'vitest';
import { listenForMetrics } from './metrics-listener.ts';

const token = 'a-token-of-enough-length-for-a-scraper';
const metrics = { render: async () => 'indesk_up 1\n' };
let close: (() => Promise<void>) | undefined;

afterEach(async () => {
  await close?.();
  close = undefined;
});

async function listen(host: string, withToken: boolean): Promise<string> {
  const listener = await listenForMetrics({ host, port: 0, token: withToken ? token : undefined, metrics });
  close = listener.close;
  return `http://127.0.0.1:${listener.port}`;
}

describe('the listener for metrics', () => {
  it('S51: answers on the loopback address, and only /metrics', async () => {
    const url = await listen('127.0.0.1', false);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('indesk_up 1');
    for (const path of ['/', '/debug', '/docs', '/metrics/x', '/metrics?x'])
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  it('S51: refuses to listen off the loopback address without a token', async () => {
    for (const host of ['0.0.0.0', '::', '10.1.2.3', 'metrics.example.com'])
      await expect(listenForMetrics({ host, port: 0, token: undefined, metrics })).rejects.toThrow(
        'INDESK_METRICS_TOKEN_FILE',
      );
  });

  it('S51: answers 401 without the token, with a wrong one, a longer one, and the token in other places', async () => {
    const url = await listen('0.0.0.0', true);
    const refused: readonly (string | undefined)[] = [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
      `Basic ${token}`,
      token,
      `bearer ${token}`,
    ];
    for (const authorization of refused) {
      const response = await fetch(`${url}/metrics`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(response.status, authorization).toBe(401);
      expect(await response.text()).toBe('');
    }
    expect((await fetch(`${url}/metrics?token=${token}`)).status).toBe(404);
    const right = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect(right.status).toBe(200);
  });

  it('S92: sends the security headers with every answer', async () => {
    const url = await listen('127.0.0.1', true);
    for (const path of ['/metrics', '/none']) {
      const { headers } = await fetch(`${url}${path}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toContain('includeSubDomains');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });
});
