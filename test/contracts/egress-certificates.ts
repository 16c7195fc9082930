import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts: an authority nobody knows, and a server's key and certificate signed by it. */
export interface TestCertificates {
  readonly authority: string;
  readonly key: string;
  readonly certificate: string;
}

/** Makes an authority and a certificate for the names, which has expired with fewer than 0 days; needs the program `openssl`. */
export function makeCertificates(names: readonly string[], days = 2): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'indesk-certificates-'));
  const openssl = (...options: string[]): void => {
    execFileSync('openssl', options, { cwd: folder, stdio: 'ignore' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/CN=Proxy',
      '-days',
      '2',
    );
    openssl('req', ...newKey, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=Server');
    writeFileSync(join(folder, 'names'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`);
    const signed = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-extfile',
      'names',
      '-days',
      String(days),
    ];
    openssl('x509', '-req', '-in', 'request.pem', ...signed, '-out', 'certificate.pem');
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    return { authority: read('ca.pem'), key: read('key.pem'), certificate: read('certificate.pem') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
