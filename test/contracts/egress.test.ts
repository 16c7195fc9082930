import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { fetch as undiciFetch } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createEgress,
  responseTooLarge,
  type EgressOptions,
} from '../../src/adapters/egress/create-egress.ts';
import { runInTransactionScope } from '../../src/kernel/transaction-scope.ts';
import type { Egress } from '../../src/ports/egress.ts';
import { forbiddenAnswers, forbiddenUrls, forbiddenZendeskUrls } from './egress-vectors.ts';

const publicAddress = '93.184.215.14';
const open: Egress[] = [];
const servers: (() => Promise<void>)[] = [];
let connections = 0;
let listener: Server;

function egressWith(options: Partial<EgressOptions> = {}): Egress {
  const egress = createEgress({ allowedPrivate: [], ...options });
  open.push(egress);
  return egress;
}

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return undefined;
}

function causeCode(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error && 'code' in error.cause
    ? error.cause.code
    : undefined;
}

/** A server on a free port of 127.0.0.1 that the purposes are allowed to reach. */
async function serving(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  servers.push(close);
  return { host, url: `http://${host}/`, close };
}

beforeAll(async () => {
  listener = createSocketServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  // On port 443 a connect to this machine would be seen; elsewhere only the error tells.
  await new Promise<void>((done) => {
    listener.once('error', () => listener.listen(0, '::', done));
    listener.listen(443, '::', done);
  });
});

afterAll(() => new Promise<void>((done) => listener.close(() => done())));

afterEach(async () => {
  await Promise.all(open.splice(0).map((egress) => egress.close()));
  await Promise.all(servers.splice(0).map((close) => close()));
  expect(connections).toBe(0);
});

describe('addresses that are never reached', () => {
  it.each(forbiddenUrls)('S97: refuses %s for a provider', async (url) => {
    const egress = egressWith({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    expect(() => egress.check('provider', url)).toThrow(expect.objectContaining({ type: 'egress-refused' }));
    expect(await errorOf(() => egress.fetchFor('provider')(url))).toMatchObject({ type: 'egress-refused' });
  });

  it.each(forbiddenZendeskUrls)('S97: refuses %s for Zendesk', async (url) => {
    const egress = egressWith({
      allowedPrivate: ['127.0.0.1:443'],
      zendeskHosts: [],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    expect(() => egress.check('zendesk', url)).toThrow(expect.objectContaining({ type: 'egress-refused' }));
    expect(await errorOf(() => egress.fetchFor('zendesk')(url))).toMatchObject({ type: 'egress-refused' });
  });

  it.each(forbiddenAnswers)('S97: refuses a public name that resolves to %s', async (address) => {
    const family = address.includes(':') ? 6 : 4;
    const egress = egressWith({ resolve: async () => [{ address, family }] });
    const error = await errorOf(() => egress.fetchFor('provider')('https://api.example.com/v1'));
    expect(error).toMatchObject({ type: 'egress-refused' });
    expect(JSON.stringify(error) + String(error)).not.toContain(
      address.length > 2 ? address : 'api.example.com',
    );
  });

  it('S98: refuses a name when only one of several addresses is private', async () => {
    const resolve = async () => [
      { address: publicAddress, family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    expect(
      await errorOf(() => egressWith({ resolve }).fetchFor('zendesk')('https://acme.zendesk.com/')),
    ).toMatchObject({ type: 'egress-refused' });
  });

  it('S98: asks again at every call, so that a name which was public when it was saved is refused once it is private', async () => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      if (asked === 1) throw Object.assign(new Error('queryA 10.0.0.53'), { code: 'EAI_AGAIN' });
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const egress = egressWith({ resolve });
    egress.check('provider', 'https://rebind.example.com/');
    const first = await errorOf(() => egress.fetchFor('provider')('https://rebind.example.com/'));
    const second = await errorOf(() => egress.fetchFor('provider')('https://rebind.example.com/'));
    expect(causeCode(first)).toBe('EAI_AGAIN');
    expect(String(first instanceof Error ? first.cause : '')).not.toContain('10.0.0.53');
    expect(second).toMatchObject({ type: 'egress-refused' });
  });

  it('S97: refuses a dispatcher, an agent or a redirect mode of the caller', async () => {
    const options = {
      redirect: 'follow',
      dispatcher: undefined,
      socketPath: '/var/run/docker.sock',
    } as const;
    expect(
      await errorOf(() => egressWith().fetchFor('provider')('https://127.0.0.1/', options)),
    ).toMatchObject({ type: 'egress-refused' });
  });

  it('S97: refuses through the dispatcher what it refuses through fetch', async () => {
    const dispatcher = egressWith().dispatcherFor('provider');
    const error = await errorOf(() => undiciFetch('https://127.0.0.1/', { dispatcher }));
    expect(error).toMatchObject({ cause: { type: 'egress-refused' } });
  });
});

describe('addresses that may be reached', () => {
  it.each([
    'https://acme.zendesk.com/api/v2/tickets/1',
    'https://a1.zendesk.com/',
    'https://ACME.zendesk.com/',
  ])('allows %s for Zendesk', (url) => {
    expect(() => egressWith().check('zendesk', url)).not.toThrow();
  });

  it.each([
    'https://api.openai.com/v1',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://api.openai.com:443/',
  ])('allows %s for a provider', (url) => {
    expect(() => egressWith().check('provider', url)).not.toThrow();
  });

  it('reaches a listed host and port over http, and no other port of it', async () => {
    const server = await serving((_request, response) => response.end('hello'));
    const egress = egressWith({ allowedPrivate: [server.host], zendeskHosts: [] });
    expect(await (await egress.fetchFor('provider')(server.url)).text()).toBe('hello');
    expect(
      await (await undiciFetch(server.url, { dispatcher: egress.dispatcherFor('provider') })).text(),
    ).toBe('hello');
    expect(await errorOf(() => egress.fetchFor('provider')('http://127.0.0.1:1/'))).toMatchObject({
      type: 'egress-refused',
    });
    expect(await errorOf(() => egress.fetchFor('zendesk')(server.url))).toMatchObject({
      type: 'egress-refused',
    });
  });

  it('reaches a listed name that resolves to a private address, but not to link-local or metadata', async () => {
    const server = await serving((_request, response) => response.end('model'));
    const port = server.host.split(':')[1];
    const answers: Record<string, string> = {
      ollama: '127.0.0.1',
      linked: '169.254.169.254',
      meta: '100.100.100.200',
    };
    const egress = egressWith({
      allowedPrivate: [`ollama:${port}`, `linked:${port}`, `meta:${port}`],
      resolve: async (host) => [{ address: String(answers[host]), family: 4 }],
    });
    expect(await (await egress.fetchFor('provider')(`http://ollama:${port}/`)).text()).toBe('model');
    for (const host of ['linked', 'meta']) {
      expect(await errorOf(() => egress.fetchFor('provider')(`http://${host}:${port}/`))).toMatchObject({
        type: 'egress-refused',
      });
    }
  });

  it('reaches a listed network by literal, and a name in it over https only', async () => {
    const server = await serving((_request, response) => response.end('net'));
    const egress = egressWith({ allowedPrivate: ['127.0.0.0/8'] });
    expect(await (await egress.fetchFor('provider')(server.url)).text()).toBe('net');
    expect(() => egress.check('provider', 'http://models.example.com/')).toThrow('Only https');
    expect(() => egress.check('provider', 'http://10.0.0.1/')).toThrow('Only https');
  });

  it('lets the simulator stand in for Zendesk', async () => {
    const server = await serving((_request, response) => response.end('{}'));
    expect(
      await (await egressWith({ zendeskHosts: [server.host] }).fetchFor('zendesk')(server.url)).text(),
    ).toBe('{}');
  });

  it.each(['127.0.0.1', 'localhost', 'a b:80', 'host:0', 'host:99999', '10.0.0.0/99', 'http://host:80'])(
    'does not start with the entry %s',
    (entry) => {
      expect(() => createEgress({ allowedPrivate: [entry] })).toThrow('Neither host:port nor a network');
    },
  );
});

describe('answers', () => {
  it.each([301, 302, 303, 307, 308])(
    'S99: does not follow a %i and sends the key nowhere else',
    async (status) => {
      let reached = 0;
      const other = await serving((_request, response) => response.end(String((reached += 1))));
      const server = await serving((_request, response) =>
        response.writeHead(status, { location: other.url }).end(),
      );
      const egress = egressWith({ allowedPrivate: [server.host, other.host] });
      const headers = { authorization: 'Bearer key' };
      expect(
        await errorOf(() => egress.fetchFor('provider')(server.url, { headers, redirect: 'follow' })),
      ).toMatchObject({ type: 'egress-refused' });
      expect(
        await errorOf(() =>
          undiciFetch(server.url, { headers, dispatcher: egress.dispatcherFor('provider') }),
        ),
      ).toMatchObject({ cause: { type: 'egress-refused' } });
      expect(reached).toBe(0);
    },
  );

  it('S100: cuts an answer of Zendesk after 10 MiB, counted after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const server = await serving((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    const fetch = egressWith({ zendeskHosts: [server.host] }).fetchFor('zendesk');
    expect(causeCode(await errorOf(async () => (await fetch(server.url)).text()))).toBe(responseTooLarge);
  });

  it('S100: gives up on a server that is silent, drips its body or sends endless headers', async () => {
    const silent = await serving(() => undefined);
    const stuck = await serving((_request, response) => void response.writeHead(200).write('a'));
    const chatty = await serving((_request, response) =>
      response.writeHead(200, { 'x-long': 'a'.repeat(100_000) }).end(),
    );
    const fetch = egressWith({
      allowedPrivate: [silent.host, stuck.host, chatty.host],
      times: { headers: 200, bodyGap: 200 },
    }).fetchFor('provider');
    expect(causeCode(await errorOf(() => fetch(silent.url)))).toBe('UND_ERR_HEADERS_TIMEOUT');
    expect(causeCode(await errorOf(async () => (await fetch(stuck.url)).text()))).toBe(
      'UND_ERR_BODY_TIMEOUT',
    );
    expect(causeCode(await errorOf(() => fetch(chatty.url)))).toBe('UND_ERR_HEADERS_OVERFLOW');
  });

  it('S100: takes no more of a body without end than the limit, and nothing more while nobody reads', async () => {
    const megabyte = 1024 * 1024;
    const chunk = Buffer.alloc(64 * 1024, 'a');
    let handedOver = 0;
    const endless = await serving((request, response) => {
      const write = (): void => {
        handedOver = request.socket.bytesWritten;
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    });
    const fetch = egressWith({ zendeskHosts: [endless.host] }).fetchFor('zendesk');
    const unread = await fetch(endless.url);
    await new Promise((done) => setTimeout(done, 300));
    expect(handedOver).toBeLessThan(20 * megabyte);
    await unread.body?.cancel();
    let received = 0;
    const cut = await errorOf(async () => {
      for await (const part of (await fetch(endless.url)).body ?? [])
        received += (part as Uint8Array).byteLength;
    });
    expect(causeCode(cut)).toBe(responseTooLarge);
    expect(received).toBeGreaterThan(9 * megabyte);
    expect(received).toBeLessThanOrEqual(10 * megabyte);
    expect(handedOver).toBeLessThan(30 * megabyte);
  });

  it('S100: ends an answer that drips when its time is over', async () => {
    const server = await serving((_request, response) => {
      const timer = setInterval(() => response.write('a'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const fetch = egressWith({ zendeskHosts: [server.host], times: { total: 400 } }).fetchFor('zendesk');
    expect(await errorOf(async () => (await fetch(server.url)).text())).toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('S100: ends a stream that never ends when its time is over', async () => {
    const server = await serving((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('data: x\n\n'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const fetch = egressWith({ allowedPrivate: [server.host], times: { total: 300 } }).fetchFor('provider');
    expect(await errorOf(async () => (await fetch(server.url)).text())).toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('passes the abort of the caller on, with the reason of the caller', async () => {
    const server = await serving(() => undefined);
    const fetch = egressWith({ allowedPrivate: [server.host] }).fetchFor('provider');
    const reason = new Error('the person left');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    expect(await errorOf(() => fetch(server.url, { signal: controller.signal }))).toBe(reason);
  });

  it('S101: does not say which address refused the connection', async () => {
    const server = await serving(() => undefined);
    await server.close();
    const error = await errorOf(() =>
      egressWith({ allowedPrivate: [server.host] }).fetchFor('provider')(server.url),
    );
    expect(causeCode(error)).toBe('ECONNREFUSED');
    expect(String(error) + String(error instanceof Error ? error.cause : '')).not.toContain('127.0.0.1');
  });
});

describe('what a stranger could learn from a refusal', () => {
  it('S101: is the same for open, closed and silent ports of addresses that are not public, and costs no time', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const egress = egressWith({ resolve });
    const answers: string[] = [];
    const took: number[] = [];
    for (const url of ['https://open.example.com/', 'https://closed.example.com/', 'https://10.255.255.1/']) {
      const begun = performance.now();
      const error = await errorOf(() => egress.fetchFor('provider')(url));
      took.push(performance.now() - begun);
      answers.push(JSON.stringify(error) + String(error));
    }
    expect(new Set(answers).size).toBe(1);
    expect(Math.max(...took)).toBeLessThan(500);
  });
});

describe('inside of a database transaction', () => {
  it('R20: refuses every call', async () => {
    const server = await serving((_request, response) => response.end('hello'));
    const egress = egressWith({ allowedPrivate: [server.host] });
    const inside = await errorOf(() => runInTransactionScope(() => egress.fetchFor('provider')(server.url)));
    const dispatched = await errorOf(() =>
      runInTransactionScope(() => undiciFetch(server.url, { dispatcher: egress.dispatcherFor('provider') })),
    );
    expect(String(inside)).toContain('inside a database transaction');
    expect(String(dispatched instanceof Error ? dispatched.cause : dispatched)).toContain(
      'inside a database transaction',
    );
    expect((await egress.fetchFor('provider')(server.url)).status).toBe(200);
  });
});
