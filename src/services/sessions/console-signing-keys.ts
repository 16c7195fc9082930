import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Call } from '../../ports/call.ts';
import type { Ports } from '../../ports/ports.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { insertSigningKey, readSigningKeys, retireSigningKeys } from './console-signing-key-queries.ts';

export interface SigningKey {
  /** The `kid` of tokens. */
  readonly id: string;
  readonly privateKey: KeyObject;
}

interface KnownKeys {
  readonly readAt: number;
  readonly signing: SigningKey | undefined;
  readonly verifying: ReadonlyMap<string, KeyObject>;
}

const rereadAfterMs = 4_000;
const rereadForUnknownAfterMs = 200;
/** Seconds a new key is only known before it signs: longer than any process goes without reading. */
const announceSeconds = 15;
const leewaySeconds = 60;

/** The Ed25519 keys access tokens are signed with: kept sealed by the platform, read again every few seconds. */
export class ConsoleSigningKeys {
  readonly #ports: Pick<Ports, 'database' | 'secretBox' | 'clock' | 'ids'>;
  readonly #tokenSeconds: number;
  readonly #opened = new Map<string, KeyObject>();
  #known: KnownKeys | undefined;
  #reading: Promise<KnownKeys> | undefined;

  constructor(ports: Pick<Ports, 'database' | 'secretBox' | 'clock' | 'ids'>, accessTokenMinutes: number) {
    this.#ports = ports;
    this.#tokenSeconds = accessTokenMinutes * 60;
  }

  /** The newest key that may sign; the first one is made when there is none. */
  async signing(requestId: string): Promise<SigningKey> {
    const { signing } = await this.#keys(rereadAfterMs);
    if (signing !== undefined) return signing;
    await this.#add(
      { actor: { kind: 'system', id: 'signing-keys' }, requestId },
      { signsInSeconds: 0, action: 'signing-key.created' },
    );
    const made = (await this.#keys(0)).signing;
    if (made === undefined) throw new Error('A signing key that was just made cannot be read');
    return made;
  }

  /** The public key behind a `kid`; undefined when there is none or its time is over. */
  async verifying(id: string): Promise<KeyObject | undefined> {
    const known = (await this.#keys(rereadAfterMs)).verifying.get(id);
    if (known !== undefined) return known;
    return (await this.#keys(rereadForUnknownAfterMs)).verifying.get(id);
  }

  /** Announces a new key, which signs 15 seconds later; the others go on being believed until their last token is over. */
  async rotate(call: Pick<Call, 'actor' | 'requestId'>): Promise<{ readonly id: string }> {
    return this.#add(call, { signsInSeconds: announceSeconds, action: 'signing-key.rotated' });
  }

  async #add(
    call: Pick<Call, 'actor' | 'requestId'>,
    { signsInSeconds, action }: { readonly signsInSeconds: number; readonly action: `signing-key.${string}` },
  ): Promise<{ readonly id: string }> {
    const { database, secretBox, ids } = this.#ports;
    const id = ids.next();
    const pair = generateKeyPairSync('ed25519');
    const privateKey = await secretBox.seal(
      pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      bindingOf(id),
    );
    const publicKey = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    await database.write(
      { ...call, subscriptionId: platformSubscriptionId },
      { permission: 'operators:write', audit: { action, target: id } },
      async (tx) => {
        if (signsInSeconds > 0)
          await retireSigningKeys(tx, signsInSeconds + this.#tokenSeconds + leewaySeconds);
        await insertSigningKey(tx, {
          subscriptionId: platformSubscriptionId,
          id,
          publicKey,
          privateKey,
          signsInSeconds,
        });
      },
    );
    this.#known = undefined;
    return { id };
  }

  #keys(oldestMs: number): Promise<KnownKeys> | KnownKeys {
    if (this.#known !== undefined && this.#ports.clock.elapsed() - this.#known.readAt < oldestMs)
      return this.#known;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<KnownKeys> {
    const readAt = this.#ports.clock.elapsed();
    const rows = await this.#ports.database.read({ subscriptionId: platformSubscriptionId }, readSigningKeys);
    let signing: SigningKey | undefined;
    for (const row of rows) {
      if (signing !== undefined || !row.maySign) continue;
      const privateKey = await this.#open(row.id, row.privateKey);
      if (privateKey !== undefined) signing = { id: row.id, privateKey };
    }
    const verifying = new Map(rows.map((row) => [row.id, createPublicKey(row.publicKey)]));
    for (const id of this.#opened.keys()) if (!verifying.has(id)) this.#opened.delete(id);
    this.#known = { readAt, signing, verifying };
    return this.#known;
  }

  /** Undefined when the key that seals it is lost: a new one is made then, and people sign in again. */
  async #open(id: string, sealed: string): Promise<KeyObject | undefined> {
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    const pem = await openedOrUndefined(this.#ports.secretBox.open(sealed, bindingOf(id)));
    if (pem === undefined) return undefined;
    const opened = createPrivateKey(pem);
    this.#opened.set(id, opened);
    return opened;
  }
}

const bindingOf = (id: string) => ({
  subscriptionId: platformSubscriptionId,
  table: 'signing_key',
  column: 'private_key',
  row: id,
});
