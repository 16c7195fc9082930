import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** PEM texts of a key and of a certificate that vouches for itself alone. */
export type SelfSigned = { readonly key: string; readonly certificate: string };

const DAY_MS = 24 * 60 * 60_000;
const ECDSA_WITH_SHA256 = '06082a8648ce3d040302';
const COMMON_NAME = '0603550403';
const BASIC_CONSTRAINTS = '0603551d13';
const SUBJECT_ALTERNATIVE_NAME = '0603551d11';

/**
 * A key and a certificate of today for 127.0.0.1 and localhost, made without another program. It may sign no other
 * certificate, so that whoever believes it believes nothing but a server on this machine.
 */
export function makeSelfSigned(now = new Date()): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(Buffer.from(ECDSA_WITH_SHA256, 'hex'));
  const name = sequence(
    der(0x31, sequence(Buffer.from(COMMON_NAME, 'hex'), der(0x0c, Buffer.from('InDesk simulator')))),
  );
  const toSign = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(now.getTime() - DAY_MS), time(now.getTime() + 30 * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        // Not an authority.
        extension(BASIC_CONSTRAINTS, sequence()),
        extension(
          SUBJECT_ALTERNATIVE_NAME,
          sequence(der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost'))),
        ),
      ),
    ),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', toSign, privateKey)]));
  const lines = sequence(toSign, algorithm, signature)
    .toString('base64')
    .match(/.{1,64}/g);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${(lines ?? []).join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

/** One value of DER: its tag, its length, its bytes. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

const extension = (identifier: string, value: Buffer): Buffer =>
  sequence(Buffer.from(identifier, 'hex'), der(0x04, value));

/** GeneralizedTime: `20261125120000Z`. */
const time = (at: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
