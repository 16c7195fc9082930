import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEgress, type EgressOptions } from '../../src/adapters/egress/create-egress.ts';
import type { Egress } from '../../src/ports/egress.ts';
import { makeCertificates, type TestCertificates } from './egress-certificates.ts';
import { forbiddenUrls, forbiddenZendeskUrls } from './egress-vectors.ts';

const publicAddress = '93.184.215.14';
const name = 'models.example.com';
let certificates: TestCertificates;
let target: Server;
let proxy: Server;
let asked: { readonly path: string; readonly login: string | undefined }[] = [];
let answer = 200;
const open: Egress[] = [];

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listening = (server: Server): Promise<void> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done()));

function egressWith(options: Partial<EgressOptions> = {}): Egress {
  const egress = createEgress({
    allowedPrivate: [],
    proxy: `http://127.0.0.1:${portOf(proxy)}`,
    certificateAuthorities: certificates.authority,
    resolve: async () => [{ address: publicAddress, family: 4 }],
    ...options,
  });
  open.push(egress);
  return egress;
}

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => undefined,
    (error: unknown) => error,
  );
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? error.cause.code : error;

beforeAll(async () => {
  certificates = makeCertificates([name, 'acme.zendesk.com']);
  target = createHttpsServer({ key: certificates.key, cert: certificates.certificate }, (request, response) =>
    response.end(`${request.headers.host} ${request.url}`),
  );
  await listening(target);
  const server = createHttpServer();
  // Whatever name is asked for, the tunnel ends at the one server here.
  server.on('connect', (request, socket) => {
    asked.push({ path: request.url ?? '', login: request.headers['proxy-authorization'] });
    socket.on('error', () => undefined);
    if (answer !== 200) return void socket.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
    const far = connect(portOf(target), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
  });
  proxy = server;
  await listening(proxy);
});
beforeEach(() => {
  asked = [];
  answer = 200;
});
afterEach(() => Promise.all(open.splice(0).map((egress) => egress.close())));
afterAll(() => {
  target.close();
  proxy.close();
});

describe('a proxy and an authority by configuration', () => {
  it.each([
    ['provider', `https://${name}/v1/models`, `${name}:443`],
    ['zendesk', 'https://acme.zendesk.com/api/v2/tickets/1', 'acme.zendesk.com:443'],
  ] as const)('reach a %s through CONNECT, encrypted to the far end', async (purpose, url, path) => {
    const response = await egressWith().fetchFor(purpose)(url);
    expect(await response.text()).toBe(`${new URL(url).host} ${new URL(url).pathname}`);
    expect(asked).toEqual([{ path, login: undefined }]);
  });

  it('send the name and password of the proxy to the proxy only', async () => {
    const egress = egressWith({ proxy: `http://indesk:s%40fe@127.0.0.1:${portOf(proxy)}` });
    expect(await (await egress.fetchFor('provider')(`https://${name}/`)).text()).toBe(`${name} /`);
    expect(asked[0]?.login).toBe(`Basic ${Buffer.from('indesk:s@fe').toString('base64')}`);
  });

  it('are needed: without the authority the certificate is refused', async () => {
    const egress = egressWith({ certificateAuthorities: undefined });
    expect(codeOf(await errorOf(() => egress.fetchFor('provider')(`https://${name}/`)))).toMatch(
      /SIGNATURE|SELF_SIGNED|UNABLE_TO/,
    );
  });

  it('do not weaken the check of the name in the certificate', async () => {
    const error = await errorOf(() => egressWith().fetchFor('provider')('https://other.example.com/'));
    expect(codeOf(error)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('reach what the operator has listed as private without the proxy', async () => {
    const plain = createHttpServer((_request, response) => response.end('model'));
    await listening(plain);
    const host = `127.0.0.1:${portOf(plain)}`;
    const egress = egressWith({ allowedPrivate: [host] });
    expect(await (await egress.fetchFor('provider')(`http://${host}/`)).text()).toBe('model');
    expect(asked).toEqual([]);
    await egress.close();
    plain.close();
  });

  it.each([403, 407, 502])(
    'say that the proxy refused with %i, and nothing of its address',
    async (status) => {
      answer = status;
      const error = await errorOf(() => egressWith().fetchFor('provider')(`https://${name}/`));
      expect(codeOf(error)).toBe('EGRESS_PROXY_REFUSED');
      expect(String(error) + String((error as Error).cause)).not.toContain('127.0.0.1');
    },
  );

  it('say that the proxy cannot be reached', async () => {
    const egress = egressWith({ proxy: 'http://127.0.0.1:1' });
    expect(codeOf(await errorOf(() => egress.fetchFor('provider')(`https://${name}/`)))).toBe(
      'EGRESS_PROXY_UNREACHABLE',
    );
  });

  it('does not start with a file of authorities that holds none', () => {
    expect(() => createEgress({ allowedPrivate: [], certificateAuthorities: 'hello' })).toThrow(
      'holds no certificate',
    );
  });
});

describe('the guard in front of the proxy', () => {
  it('S97: asks the proxy for none of the forbidden addresses', async () => {
    const egress = egressWith();
    for (const url of forbiddenUrls)
      expect(await errorOf(() => egress.fetchFor('provider')(url))).toMatchObject({ type: 'egress-refused' });
    for (const url of forbiddenZendeskUrls)
      expect(await errorOf(() => egress.fetchFor('zendesk')(url))).toMatchObject({ type: 'egress-refused' });
    expect(asked).toEqual([]);
  });

  it('S98: looks the name up here too and refuses it for one blocked address among several', async () => {
    const egress = egressWith({
      resolve: async () => [
        { address: publicAddress, family: 4 },
        { address: '169.254.169.254', family: 4 },
      ],
    });
    expect(await errorOf(() => egress.fetchFor('provider')(`https://${name}/`))).toMatchObject({
      type: 'egress-refused',
    });
    expect(asked).toEqual([]);
  });

  it('leaves a name that only the proxy can resolve to the proxy', async () => {
    const unknown = egressWith({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    expect((await unknown.fetchFor('provider')(`https://${name}/`)).status).toBe(200);
    const silent = egressWith({ resolve: () => new Promise(() => undefined), times: { connect: 300 } });
    expect((await silent.fetchFor('provider')(`https://${name}/`)).status).toBe(200);
  });
});
