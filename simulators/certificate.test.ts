import { X509Certificate } from 'node:crypto';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { makeSelfSigned } from './certificate.ts';

it('vouches for this machine alone, and only where it is believed', async () => {
  const { key, certificate } = makeSelfSigned();
  const read = new X509Certificate(certificate);
  expect(read.ca).toBe(false);
  expect(read.subjectAltName).toBe('IP Address:127.0.0.1, DNS:localhost');
  expect(read.checkHost('shop.example')).toBeUndefined();
  expect(read.verify(read.publicKey)).toBe(true);
  const server = createServer({ key, cert: certificate }, (_request, response) => response.end('reached'));
  onTestFinished(() => void server.close());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const ask = (ca: string | undefined): Promise<string> =>
    new Promise((resolve) => {
      get(
        { host: '127.0.0.1', port, path: '/', agent: false, ...(ca !== undefined && { ca }) },
        (response) => {
          response.resume();
          resolve(String(response.statusCode));
        },
      ).on('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code));
    });
  expect(await ask(certificate)).toBe('200');
  expect(await ask(undefined)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(await ask(makeSelfSigned().certificate)).not.toBe('200');
});
