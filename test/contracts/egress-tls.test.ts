import { createServer } from 'node:https';
import type { AddressInfo, LookupFunction, Server } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEgress, type EgressOptions } from '../../src/adapters/egress/create-egress.ts';
import type { Egress, EgressPurpose } from '../../src/ports/egress.ts';
import { makeCertificates, type TestCertificates } from './egress-certificates.ts';

const name = 'models.example.com';
const purposes: readonly EgressPurpose[] = ['zendesk', 'provider'];
const unverified =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/;
const open: Egress[] = [];
let certificates: TestCertificates;
let forged: Server;
let requests = 0;
let url = '';

/** A way out that may reach the server with the forged certificate, and finds it under its name. */
function egressWith(options: Partial<EgressOptions> = {}): Egress {
  const listed = [new URL(url).host];
  const egress = createEgress({
    allowedPrivate: listed,
    zendeskHosts: listed,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...options,
  });
  open.push(egress);
  return egress;
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  const error: unknown = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(error);
}

/** Tells Node to believe every certificate, as the environment of a careless start would. */
function believeEverything(): void {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  onTestFinished(() => {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  });
}

beforeAll(async () => {
  certificates = makeCertificates([name]);
  forged = createServer({ key: certificates.key, cert: certificates.certificate }, (_request, response) => {
    requests += 1;
    response.end('reached');
  });
  await new Promise<void>((done) => forged.listen(0, '127.0.0.1', done));
  url = `https://${name}:${(forged.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((egress) => egress.close()));
  requests = 0;
});
afterAll(() => forged.close());

describe('outside calls', () => {
  it.each(purposes)('S38: a %s is never called over http', async (purpose) => {
    const egress = createEgress({ allowedPrivate: [], resolve: async () => [] });
    open.push(egress);
    for (const plain of [
      'http://acme.zendesk.com/',
      'http://api.openai.com/',
      'http://acme.zendesk.com:443/',
    ]) {
      expect(() => egress.check(purpose, plain)).toThrow('Only https may be used.');
      await expect(egress.fetchFor(purpose)(plain)).rejects.toMatchObject({ type: 'egress-refused' });
      const dispatcher = egress.dispatcherFor(purpose);
      await expect(undiciFetch(plain, { dispatcher })).rejects.toMatchObject({
        cause: { type: 'egress-refused' },
      });
    }
  });

  it.each(purposes)('S38: a %s with a certificate nobody vouches for hears nothing', async (purpose) => {
    const egress = egressWith();
    expect(await codeOf(() => egress.fetchFor(purpose)(url))).toMatch(unverified);
    expect(await codeOf(() => undiciFetch(url, { dispatcher: egress.dispatcherFor(purpose) }))).toMatch(
      unverified,
    );
    expect(requests).toBe(0);
    // It is the certificate alone that was missing.
    const vouched = egressWith({ certificateAuthorities: certificates.authority });
    expect(await (await vouched.fetchFor(purpose)(url)).text()).toBe('reached');
  });

  it.each(purposes)(
    'S38: a %s is verified also where Node is told to believe everything',
    async (purpose) => {
      believeEverything();
      const lookup: LookupFunction = (_host, _options, callback) =>
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      const careless = new Agent({ connect: { lookup } });
      expect(await (await undiciFetch(url, { dispatcher: careless })).text()).toBe('reached');
      await careless.close();

      requests = 0;
      const egress = egressWith();
      expect(await codeOf(() => egress.fetchFor(purpose)(url))).toMatch(unverified);
      expect(requests).toBe(0);
    },
  );

  it('S38: the certificate of a simulated web site is believed for pages of the web alone', async () => {
    const listed = [new URL(url).host];
    const egress = egressWith({
      webHosts: listed,
      confluenceHosts: listed,
      webCertificate: certificates.authority,
    });
    expect(await (await egress.fetchFor('web')(url)).text()).toBe('reached');
    requests = 0;
    for (const purpose of ['zendesk', 'provider', 'confluence', 'webhook'] as const)
      expect(await codeOf(() => egress.fetchFor(purpose)(url))).toMatch(unverified);
    expect(requests).toBe(0);
  });

  it('S38: a proxy over TLS is verified also where Node is told to believe everything', async () => {
    believeEverything();
    const egress = egressWith({
      allowedPrivate: [],
      zendeskHosts: [],
      proxy: `https://127.0.0.1:${new URL(url).port}`,
      resolve: async () => [{ address: '93.184.215.14', family: 4 }],
    });
    let connected = 0;
    const count = (): void => void (connected += 1);
    forged.on('connect', count);
    onTestFinished(() => void forged.off('connect', count));
    expect(await codeOf(() => egress.fetchFor('provider')(`https://${name}/`))).toBe(
      'EGRESS_PROXY_UNREACHABLE',
    );
    expect(connected).toBe(0);
  });
});
