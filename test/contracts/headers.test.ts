import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { endpoints } from '../../src/contract/endpoints.ts';
import { createApp } from '../../src/http/app.ts';
import { httpContextOf } from '../../src/start-http.ts';
import { openProgram, type Program } from '../../src/start.ts';

let folder: string;
let program: Program;
let app: FastifyInstance;
let url: string;
const asset = '/sidebar/assets/main-abc.js';

/** The planted failure stands for a mistake of ours in any handler. */
async function open(environment: Readonly<Record<string, string>>): Promise<FastifyInstance> {
  const config = { ...program.config, ...readConfig({ INDESK_DATA_DIR: folder, ...environment }) };
  const made = createApp(httpContextOf({ ...program, config }, folder));
  made.get('/v1/planted-failure', async () => {
    throw new TypeError('planted secret');
  });
  made.get('/v1/address', async (request) => ({ ip: request.ip }));
  await made.listen({ host: '127.0.0.1', port: 0 });
  return made;
}
const urlOf = (made: FastifyInstance): string => {
  const address = made.server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'indesk-headers-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets', 'main-abc.js'), 'export {};');
  mkdirSync(join(folder, 'console'));
  for (const page of ['index.html', 'console/index.html'])
    writeFileSync(join(folder, page), '<html><head></head></html>');
  program = await openProgram(readConfig({ INDESK_DATA_DIR: folder, INDESK_LOG_LEVEL: 'silent' }));
  app = await open({});
  url = urlOf(app);
});
afterAll(async () => {
  await app?.close();
  await program?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Visit {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every address the server has registered, read from its own table, so that a new one cannot be forgotten. */
function registered(): Visit[] {
  const parents: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', segment = '', methods] =
        /^((?:[│ ] {3})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
      if (segment === '') return [];
      const depth = indent.length / 4;
      parents.splice(depth, parents.length, segment);
      const path = parents.slice(0, depth + 1).join('');
      return (methods ?? '')
        .split(', ')
        .filter((method) => method !== '')
        .map((method) => ({ method, path: path.replace(/:\w+/g, 'x') }));
    });
}

const wrong: readonly Visit[] = [
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/v1/nothing' },
  { method: 'GET', path: '/docs' },
  { method: 'GET', path: '/debug' },
  { method: 'GET', path: '/metrics' },
  { method: 'PUT', path: '/sidebar' },
  { method: 'DELETE', path: '/livez' },
  { method: 'PROPFIND', path: '/v1/sidebar/state' },
  { method: 'TRACE', path: '/v1/sidebar/state' },
  { method: 'OPTIONS', path: '/v1/sidebar/state' },
  { method: 'GET', path: '/%' },
  { method: 'GET', path: '/v1/%c0%af' },
  { method: 'GET', path: '/v1/planted-failure' },
  { method: 'GET', path: `/v1/${'x'.repeat(400)}` },
  { method: 'POST', path: '/v1/copilot/x', body: '{', headers: { 'content-type': 'application/json' } },
  { method: 'POST', path: '/v1/copilot/x', body: 'x', headers: { 'content-type': 'text/weird' } },
  {
    method: 'POST',
    path: '/v1/copilot/x',
    body: JSON.stringify('x'.repeat(300_000)),
    headers: { 'content-type': 'application/json' },
  },
  { method: 'GET', path: asset },
  { method: 'GET', path: '/sidebar/assets/none.js' },
];

/** One raw exchange, because a client of HTTP would refuse to send some of these. */
function exchange(text: string): Promise<{ readonly status: number; readonly headers: Map<string, string> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no answer to ${text.slice(0, 60)}`)));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (!answer.includes('\r\n\r\n')) return;
      const [status = '', ...lines] = (answer.split('\r\n\r\n')[0] ?? '').split('\r\n');
      const headers = new Map(
        lines.map((line) => [line.split(': ')[0]?.toLowerCase() ?? '', line.slice(line.indexOf(': ') + 2)]),
      );
      socket.destroy();
      resolve({ status: Number(status.split(' ')[1]), headers });
    });
    socket.on('error', reject);
  });
}
const visit = (
  { method, path, body = '', headers = {} }: Visit,
  more: Readonly<Record<string, string>> = {},
) => {
  const all = {
    host: 'desk.example',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
    ...more,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return exchange(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
};

const broken: readonly string[] = [
  'nonsense\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET /livez HTTP/1.1\r\n\r\n',
  'BREW / HTTP/1.1\r\nhost: x\r\n\r\n',
  `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
  'GET / HTTP/1.1\r\nhost: x\r\nexpect: something\r\n\r\n',
  'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
];

function expectHeaders(headers: ReadonlyMap<string, string>, what: string): void {
  expect(headers.get('strict-transport-security'), what).toBe('max-age=31536000; includeSubDomains');
  expect(headers.get('x-content-type-options'), what).toBe('nosniff');
  expect(headers.get('referrer-policy'), what).toBe('no-referrer');
  expect(headers.get('permissions-policy'), what).toContain('camera=()');
  expect(headers.get('cross-origin-resource-policy'), what).toBe('same-site');
  expect(headers.get('content-security-policy'), what).toContain("default-src 'none'");
  expect(headers.get('content-security-policy'), what).not.toMatch(/unsafe|\*(?!\.zendesk\.com)/);
  expect(headers.has('server') || headers.has('x-powered-by'), what).toBe(false);
  expect(headers.has('set-cookie'), what).toBe(false);
}

describe('security headers', () => {
  it('S92, S39: are on every registered address and on every error', async () => {
    const all = [...registered(), ...wrong];
    const statuses = new Set<number>();
    for (const one of all) {
      const { status, headers } = await visit(one);
      const what = `${one.method} ${one.path.slice(0, 60)}: ${status}`;
      statuses.add(status);
      expectHeaders(headers, what);
      const isPage =
        (one.path === '/sidebar' && ['GET', 'POST', 'HEAD'].includes(one.method)) ||
        (one.path === '/console' && ['GET', 'HEAD'].includes(one.method));
      if (!isPage)
        expect(headers.get('content-security-policy'), what).toBe(
          "default-src 'none'; frame-ancestors 'none'; sandbox",
        );
      if (one.path !== asset) expect(headers.get('cache-control'), what).toBe('no-store');
    }
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 401, 404, 405, 413, 500]));
  });

  it('S92: has looked at every endpoint of the contract', () => {
    const seen = new Set(registered().map(({ method, path }) => `${method} ${path}`));
    for (const { method, path } of endpoints)
      expect(seen.has(`${method} ${path.replace(/:\w+/g, 'x')}`), `${method} ${path}`).toBe(true);
  });

  it('S92, S39: are on answers to what is not HTTP at all', async () => {
    for (const text of broken) {
      const { status, headers } = await exchange(text);
      expect(status, text.slice(0, 40)).toBeGreaterThanOrEqual(400);
      expectHeaders(headers, text.slice(0, 40));
    }
  });

  it('S92: nobody may frame the page of the console', async () => {
    const { headers } = await visit({ method: 'GET', path: '/console' });
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"])
      expect(policy).toContain(part);
  });

  it('S92: the page of the sidebar sets the policy of its own', async () => {
    const { headers } = await visit({ method: 'GET', path: '/sidebar' });
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of [
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "object-src 'none'",
      "require-trusted-types-for 'script'",
      'frame-ancestors https://*.zendesk.com',
    ])
      expect(policy).toContain(part);
  });

  it('keeps the text of an unforeseen error to itself', async () => {
    const response = await fetch(`${url}/v1/planted-failure`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('planted secret');
  });
});

describe('other origins', () => {
  const origins = [
    'null',
    'https://desk.example.evil.com',
    'https://evildesk.example',
    'http://desk.example',
    'https://desk.example:8443',
    'https://x.zendesk.com',
    'https://desk.example',
  ];

  it('S93: get leave to read nothing but the assets, and no preflight is answered', async () => {
    for (const origin of origins) {
      for (const one of [...registered(), ...wrong]) {
        if (one.path === asset) continue;
        const { headers } = await visit(one, { origin });
        const granted = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
        expect(granted, `${one.method} ${one.path.slice(0, 60)} for ${origin}`).toEqual([]);
      }
      const preflight = await visit(
        { method: 'OPTIONS', path: '/v1/sidebar/state' },
        { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
      );
      expect(preflight.status).toBe(405);
      expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    const { headers } = await visit({ method: 'GET', path: asset }, { origin: 'null' });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });
});

describe('a method that an address does not take', () => {
  const standard = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

  it('is answered with 405, the methods it does take and a problem, on every registered address', async () => {
    const methodsOf = Map.groupBy(registered(), ({ path }) => path);
    expect(methodsOf.size).toBeGreaterThan(40);
    for (const [path, ones] of methodsOf) {
      const refusal = await visit({ method: 'PROPFIND', path: `${path}?x=/v1/nothing` });
      const allowed = (refusal.headers.get('allow') ?? '').split(', ');
      // A fixed address may also be read as one with a parameter, so there can be more.
      expect(allowed, path).toEqual(expect.arrayContaining(ones.map(({ method }) => method)));
      for (const method of standard) {
        const { status, headers } = await visit({ method, path });
        const what = `${method} ${path}`;
        expect(status === 405, what).toBe(!allowed.includes(method));
        if (status !== 405) continue;
        expect(headers.get('allow'), what).toBe(allowed.join(', '));
        expect(headers.get('content-type'), what).toMatch(/^application\/problem\+json/);
        expectHeaders(headers, what);
      }
    }
  });

  it('says so in the body, and stays 404 where there is nothing', async () => {
    const response = await fetch(`${url}/livez`, { method: 'DELETE' });
    expect(await response.json()).toMatchObject({ type: '/problems/method-not-allowed', status: 405 });
    for (const path of ['/v1/nothing', '/livez/', '/livezx', '/v1', '/LIVEZ']) {
      const missing = await fetch(`${url}${path}`, { method: 'DELETE' });
      expect(missing.status, path).toBe(404);
      expect(missing.headers.has('allow'), path).toBe(false);
    }
    expect((await fetch(`${url}/sidebar/assets/none.js`)).status).toBe(404);
  });
});

describe('the address of a caller', () => {
  const addressOf = async (base: string, forwarded: string): Promise<string> => {
    const response = await fetch(`${base}/v1/address`, { headers: { 'x-forwarded-for': forwarded } });
    return ((await response.json()) as { ip: string }).ip;
  };
  const forged = ['6.6.6.6', '6.6.6.6, 7.7.7.7', '127.0.0.1', '10.0.0.1, 6.6.6.6', '::1', 'x', ''];

  it('S110: is that of the connection when no proxy is trusted, whatever the header says', async () => {
    for (const forwarded of forged) expect(await addressOf(url, forwarded)).toBe('127.0.0.1');
  });

  it('S110: is the first one behind the trusted proxies, counted from the right', async () => {
    const behind = await open({ INDESK_TRUSTED_PROXIES: '127.0.0.0/8,10.0.0.0/8' });
    try {
      const base = urlOf(behind);
      expect(await addressOf(base, '198.51.100.7')).toBe('198.51.100.7');
      expect(await addressOf(base, '6.6.6.6, 198.51.100.7')).toBe('198.51.100.7');
      expect(await addressOf(base, '6.6.6.6, 198.51.100.7, 10.0.0.2')).toBe('198.51.100.7');
      expect(await addressOf(base, '10.9.9.9, 198.51.100.7, 10.0.0.2')).toBe('198.51.100.7');
    } finally {
      await behind.close();
    }
  });
});

describe('a process that only works on jobs', () => {
  it('answers nothing but health', async () => {
    const worker = await open({ INDESK_ROLE: 'work' });
    try {
      for (const { method, path } of registered().filter(
        ({ path: one }) => !/^\/v1\/(?:planted|address)/.test(one),
      )) {
        const { status } = await fetch(`${urlOf(worker)}${path}`, { method });
        const isHealth = ['/livez', '/startupz', '/readyz'].includes(path);
        expect(status === 404, `${method} ${path}: ${status}`).toBe(!isHealth);
      }
    } finally {
      await worker.close();
    }
  });
});
