import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { SecretBoxError, type SealBinding, type SecretBox } from '../../ports/secret-box.ts';

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

const associatedData = (keyId: string, binding: SealBinding): Buffer =>
  Buffer.from(
    JSON.stringify([version, keyId, binding.subscriptionId, binding.table, binding.column, binding.row]),
  );

/** AES-256-GCM under one 32-byte root key; the sealed form is `v1.<key id>.<base64url of nonce, text, tag>`. */
export function createSecretBox(rootKey: Buffer): SecretBox {
  if (rootKey.length !== 32) throw new Error('The key must have 32 bytes');
  const keyId = createHash('sha256').update('indesk key id').update(rootKey).digest('hex').slice(0, 8);
  const deriveKey = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', rootKey, Buffer.alloc(0), `indesk ${purpose}`, 32));
  const sealKey = deriveKey('seal');
  return {
    deriveKey,
    seal(text, binding) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce, { authTagLength: tagBytes });
      cipher.setAAD(associatedData(keyId, binding));
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${version}.${keyId}.${sealed.toString('base64url')}`;
    },
    open(sealed, binding) {
      const [sealedVersion, sealedKeyId, body] = sealed.split('.');
      if (sealedVersion !== version || sealedKeyId !== keyId || body === undefined)
        throw new SecretBoxError();
      const bytes = Buffer.from(body, 'base64url');
      if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== body)
        throw new SecretBoxError();
      try {
        const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(associatedData(keyId, binding));
        decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
        const text = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes));
        // update() gives text that is not yet proven; nothing of it is used before final().
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        throw new SecretBoxError();
      }
    },
  };
}
