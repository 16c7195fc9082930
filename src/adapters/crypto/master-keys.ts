import { randomBytes } from 'node:crypto';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Secret } from '../../kernel/secret.ts';
import type { Ids } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import {
  KeyUnwrapError,
  RootKeyError,
  type KeyContext,
  type KeyEncryption,
  type RootKeyState,
  type WrappedKey,
} from '../../ports/key-encryption.ts';
import type { Logger } from '../../ports/logger.ts';
import { decrypt, encrypt, exactBase64Url, lengthPrefixed, uuidBytes, uuidText } from './cipher.ts';
import type { RootKey } from './key-file.ts';
import {
  deleteMasterKey,
  insertMasterKey,
  LostRace,
  promoteWrappers,
  readRetiredMasterKeys,
  readWrappers,
  stageWrappers,
  type NewWrapper,
  type WrapperRow,
} from './master-key-queries.ts';
import { systemWrite } from './system-write.ts';

export interface MasterKeyOptions {
  readonly database: Database;
  readonly ids: Ids;
  readonly logger: Logger;
  /** The root key; asked with true when the database has no keys yet, so that a missing file may be made. */
  readonly rootKey: (isFirstStart: boolean) => RootKey;
  /** The root key that is to replace it. */
  readonly nextRootKey?: RootKey | undefined;
  /** Makes a new master key when the root key opens nothing; what was sealed before stays shut. */
  readonly startOver?: boolean | undefined;
}

type Opened = Map<string, { readonly secret: Secret; readonly by: RootKey; readonly row: WrapperRow }>;

const mostRounds = 8;
const foreignKeyViolation = '23503';

/** Wraps data keys by a master key that the database keeps under root keys only. */
export class MasterKeys implements KeyEncryption {
  readonly #options: MasterKeyOptions;
  readonly #roots: readonly RootKey[];
  #masters: Opened = new Map();
  #activeId = '';

  private constructor(options: MasterKeyOptions, roots: readonly RootKey[]) {
    this.#options = options;
    this.#roots = roots;
  }

  /** Opens the master key; makes, stages or promotes what is due. Throws `RootKeyError` when the root key is another one. */
  static async open(options: MasterKeyOptions): Promise<MasterKeys> {
    const rows = await options.database.read({ subscriptionId: platformSubscriptionId }, readWrappers);
    const present = options.rootKey(rows.length === 0);
    const roots = options.nextRootKey === undefined ? [present] : [present, options.nextRootKey];
    const keys = new MasterKeys(options, roots);
    for (let round = 0; round < mostRounds; round += 1) if (await keys.#settle()) return keys;
    throw new RootKeyError('Other servers keep changing the root keys; start again in a minute.');
  }

  async wrap(dataKey: Uint8Array, context: KeyContext): Promise<WrappedKey> {
    // Another process may have made a new master key; this one is kept only as long as it wraps something.
    await this.#load();
    const masterKeyId = this.#activeId;
    const master = this.#masters.get(masterKeyId);
    if (master === undefined) throw new KeyUnwrapError();
    const wrapped = master.secret.use((key) => encrypt(key, dataKey, dataKeyContext(masterKeyId, context)));
    return {
      masterKeyId,
      blob: Buffer.concat([Buffer.from([1]), uuidBytes(masterKeyId), wrapped]).toString('base64url'),
    };
  }

  async unwrap(blob: string, context: KeyContext): Promise<Buffer> {
    const bytes = exactBase64Url(blob);
    if (bytes === undefined || bytes[0] !== 1 || bytes.length < 17) throw new KeyUnwrapError();
    const masterKeyId = uuidText(bytes.subarray(1, 17));
    if (!this.#masters.has(masterKeyId)) await this.#load();
    const dataKey = this.#masters
      .get(masterKeyId)
      ?.secret.use((key) => decrypt(key, bytes.subarray(17), dataKeyContext(masterKeyId, context)));
    if (dataKey === undefined) throw new KeyUnwrapError();
    return dataKey;
  }

  async renew(): Promise<void> {
    const rows = await this.#load();
    const active = this.#masters.get(this.#activeId);
    if (active === undefined) throw new KeyUnwrapError();
    if (rows.some((row) => row.masterState === 'retired' && this.#masters.has(row.masterKeyId))) return;
    if (rows.some((row) => row.state === 'staged'))
      throw new ProblemError('conflict', {
        detail: 'A next root key is staged; start every server with it first.',
      });
    if (active.row.state !== 'active')
      throw new ProblemError('conflict', {
        detail: 'This process was started with the root key before the present one.',
      });
    await this.#make(active.by, this.#activeId);
    await this.#load();
  }

  async finishRenewal(): Promise<void> {
    const { database } = this.#options;
    const retired = await database.read({ subscriptionId: platformSubscriptionId }, readRetiredMasterKeys);
    for (const id of retired) {
      try {
        await systemWrite(this.#options, { action: 'master-key.destroyed', target: id }, (tx) =>
          deleteMasterKey(tx, id),
        );
      } catch (error) {
        if (!isSqlState(error, foreignKeyViolation)) throw error;
      }
    }
    await this.#load();
  }

  async describe(): Promise<readonly RootKeyState[]> {
    const rows = await this.#load();
    return rows
      .filter((row) => row.masterKeyId === this.#activeId)
      .map(({ fingerprint, state }) => ({
        fingerprint,
        state,
        here: this.#roots.some((root) => root.fingerprint === fingerprint),
      }));
  }

  /** Whether this process has opened the master key; false for one under a root key that was lost. */
  has(masterKeyId: string): boolean {
    return this.#masters.has(masterKeyId);
  }

  /** One step towards a settled state; true when there is nothing left to do. */
  async #settle(): Promise<boolean> {
    const { nextRootKey: next, logger } = this.#options;
    const [present] = this.#roots;
    if (present === undefined) throw new RootKeyError('There is no root key.');
    const rows = await this.#load();
    const active = this.#masters.get(this.#activeId);
    if (active === undefined) {
      if (rows.length > 0 && this.#options.startOver !== true) throw wrongKey(rows, present);
      return this.#unlessLost(() => this.#make(present, this.#activeId === '' ? undefined : this.#activeId));
    }
    if (active.row.state === 'staged' && active.by === present) {
      await this.#unlessLost(() =>
        systemWrite(
          this.#options,
          { action: 'root-key.promoted', facts: { fingerprint: present.fingerprint } },
          promoteWrappers,
        ),
      );
      return false;
    }
    if (active.row.state === 'old') logger.warn('this server has the root key before the present one', {});
    const isStaged =
      next === undefined ||
      rows.some((row) => row.masterKeyId === this.#activeId && opensRow(next, row) !== undefined);
    if (isStaged || active.row.state !== 'active') return true;
    await this.#stage(next);
    return false;
  }

  async #stage(next: RootKey): Promise<void> {
    const wrappers = [...this.#masters].map(([id, { secret }]) =>
      secret.use((master) => this.#wrapMaster(next, id, master)),
    );
    await this.#unlessLost(() =>
      systemWrite(
        this.#options,
        { action: 'root-key.staged', facts: { fingerprint: next.fingerprint } },
        (tx) => stageWrappers(tx, wrappers),
      ),
    );
  }

  async #make(root: RootKey, before: string | undefined): Promise<void> {
    const masterKeyId = this.#options.ids.next();
    const master = randomBytes(32);
    const wrapper = this.#wrapMaster(root, masterKeyId, master);
    master.fill(0);
    await systemWrite(
      this.#options,
      { action: 'master-key.created', target: masterKeyId, facts: { fingerprint: root.fingerprint } },
      (tx) => insertMasterKey(tx, wrapper, before),
    );
  }

  #wrapMaster(root: RootKey, masterKeyId: string, master: Buffer): NewWrapper {
    const wrapped = root.secret.use((key) => encrypt(key, master, masterContext(masterKeyId)));
    return {
      id: this.#options.ids.next(),
      masterKeyId,
      fingerprint: root.fingerprint,
      wrapped: wrapped.toString('base64url'),
    };
  }

  async #unlessLost(work: () => Promise<void>): Promise<false> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof LostRace)) throw error;
    }
    return false;
  }

  /** Reads every wrapper and opens what the root keys of this process open, by trying and not by label. */
  async #load(): Promise<readonly WrapperRow[]> {
    const rows = await this.#options.database.read({ subscriptionId: platformSubscriptionId }, readWrappers);
    const opened: Opened = new Map();
    for (const by of this.#roots) {
      for (const state of ['active', 'staged', 'old'] as const) {
        for (const row of rows) {
          if (row.state !== state || opened.has(row.masterKeyId)) continue;
          const master = opensRow(by, row);
          if (master !== undefined) opened.set(row.masterKeyId, { secret: new Secret(master), by, row });
        }
      }
    }
    for (const { secret } of this.#masters.values()) secret.wipe();
    this.#masters = opened;
    this.#activeId = rows.find((row) => row.masterState === 'active')?.masterKeyId ?? '';
    return rows;
  }
}

function opensRow(root: RootKey, { masterKeyId, wrapped }: WrapperRow): Buffer | undefined {
  const bytes = exactBase64Url(wrapped);
  return bytes && root.secret.use((key) => decrypt(key, bytes, masterContext(masterKeyId)));
}

function wrongKey(rows: readonly WrapperRow[], given: RootKey): RootKeyError {
  const expected = rows.filter((row) => row.masterState === 'active' && row.state === 'active');
  return new RootKeyError(
    `The root key with the fingerprint ${given.fingerprint} opens nothing in this database; it was sealed under ${expected.map((row) => row.fingerprint).join(', ')}. Put that key back. If it is lost for good: npm run indesk -- keys start-over`,
  );
}

const masterContext = (masterKeyId: string): Buffer =>
  lengthPrefixed(['indesk master key', Buffer.from([1]), uuidBytes(masterKeyId)]);

const dataKeyContext = (masterKeyId: string, { subscriptionId, dataKeyId }: KeyContext): Buffer =>
  lengthPrefixed([
    'indesk data key',
    Buffer.from([1]),
    subscriptionId,
    uuidBytes(dataKeyId),
    uuidBytes(masterKeyId),
  ]);

/** Whether the database refused a statement with this SQLSTATE. */
export function isSqlState(error: unknown, sqlState: string): boolean {
  return error instanceof Error && 'sqlState' in error && error.sqlState === sqlState;
}
