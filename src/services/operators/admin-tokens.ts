import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { roles, type Permission } from '../../contract/permissions.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { Call } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import {
  insertAdminToken,
  markTokenRevoked,
  markTokenUsed,
  readAdminToken,
  readAdminTokens,
} from './admin-token-queries.ts';
import { hashToken, newAdminToken, tokenId, type TokenEnvironment } from './admin-token-format.ts';

/** Scopes a token may have: what operators may do, but for what belongs to a person. */
export const tokenScopes = roles.operator.filter((permission) => !permission.startsWith('account:'));
const known: ReadonlySet<string> = new Set(tokenScopes);

export const CreateAdminTokenInput = z.object({
  label: z.string().trim().min(1).max(80),
  scopes: z
    .array(z.string().refine((scope) => known.has(scope), `Scopes are: ${tokenScopes.join(', ')}`))
    .min(1),
  /** There is no token without an end. */
  expiresInDays: z.number().int().min(1).max(365),
});
export type CreateAdminTokenInput = z.infer<typeof CreateAdminTokenInput>;

export interface AdminTokenLine {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** `YYYY-MM-DD`; null: never. */
  readonly lastUsedOn: string | null;
  readonly revokedAt: string | null;
}

/** Who a token speaks for. */
export interface TokenHolder {
  readonly id: string;
  readonly permissions: ReadonlySet<Permission>;
}

interface Verified extends TokenHolder {
  readonly tokenHash: string;
  readonly expiresAt: number;
}

/** How long a revoked token may still work in another process; in this one it ends at once. */
const verifiedForMs = 1_000;

/** Generates, lists, revokes and verifies the tokens of the operators' own programs. Only hashes are stored. */
export class AdminTokens {
  readonly #database: BookkeepingDatabase;
  readonly #clock: Clock;
  readonly #environment: TokenEnvironment;
  readonly #verified = new LRUCache<string, Verified>({ max: 1_000, ttl: verifiedForMs });
  /** Goes up with each revocation, so that a look-up under way does not bring a token back. */
  #revocations = 0;

  constructor(
    ports: { readonly database: BookkeepingDatabase; readonly clock: Clock },
    environment: TokenEnvironment,
  ) {
    this.#database = ports.database;
    this.#clock = ports.clock;
    this.#environment = environment;
  }

  /** The token is in the answer and nowhere else. `allowed` bounds its scopes: nobody gives more than they have. */
  async create(
    call: Call,
    input: CreateAdminTokenInput,
    allowed: ReadonlySet<string> = known,
  ): Promise<{ readonly id: string; readonly token: string; readonly expiresAt: string }> {
    const { label, scopes, expiresInDays } = CreateAdminTokenInput.parse(input);
    if (scopes.some((scope) => !allowed.has(scope)))
      throw new ProblemError('forbidden', { detail: 'A token cannot do more than its maker.' });
    const { id, token } = newAdminToken(this.#environment);
    const expiresAt = await this.#database.write(
      { ...call, subscriptionId: platformSubscriptionId },
      {
        permission: 'operators:write',
        audit: { action: 'admin-token.created', target: id, facts: { scopes, expiresInDays } },
      },
      (tx) =>
        insertAdminToken(tx, platformSubscriptionId, {
          id,
          label,
          tokenHash: hashToken(token),
          scopes: [...new Set(scopes)],
          createdBy: String(call.actor.id),
          lifetimeDays: expiresInDays,
        }),
    );
    return { id, token, expiresAt: expiresAt.toISOString() };
  }

  async list(): Promise<readonly AdminTokenLine[]> {
    const rows = await this.#database.read({ subscriptionId: platformSubscriptionId }, readAdminTokens);
    return rows.map((row) => ({
      id: row.id,
      label: row.label,
      scopes: row.scopes,
      createdBy: row.created_by,
      createdAt: row.created_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      lastUsedOn: row.last_used_on,
      revokedAt: row.revoked_at?.toISOString() ?? null,
    }));
  }

  /** Ends a token: at once in this process, within a second in others. Throws `not-found`. */
  async revoke(call: Call, id: string): Promise<void> {
    await this.#database.write(
      { ...call, subscriptionId: platformSubscriptionId },
      { permission: 'operators:write', audit: { action: 'admin-token.revoked', target: id } },
      async (tx) => {
        if (!(await markTokenRevoked(tx, id)))
          throw new ProblemError('not-found', {
            detail: 'There is no such token, or it was revoked before.',
          });
      },
    );
    this.#revocations += 1;
    this.#verified.delete(id);
  }

  /** Who the token speaks for; throws `console-sign-in-needed` for one that is unknown, changed, over or revoked. */
  async verify(token: string): Promise<TokenHolder> {
    const id = tokenId(token);
    if (id === undefined) throw new ProblemError('console-sign-in-needed');
    const found = this.#verified.get(id) ?? (await this.#read(id));
    const isGood =
      found !== undefined &&
      secretsEqual(found.tokenHash, hashToken(token)) &&
      found.expiresAt > this.#clock.now().getTime();
    if (!isGood) throw new ProblemError('console-sign-in-needed');
    return found;
  }

  async #read(id: string): Promise<Verified | undefined> {
    const revocations = this.#revocations;
    const platform = { subscriptionId: platformSubscriptionId };
    const row = await this.#database.read(platform, (tx) => readAdminToken(tx, id));
    if (row === undefined) return undefined;
    if (!row.usedToday) await this.#database.bookkeep(platform, (tx) => markTokenUsed(tx, id));
    const verified = {
      id,
      tokenHash: row.tokenHash,
      expiresAt: row.expiresAt.getTime(),
      permissions: new Set(tokenScopes.filter((scope) => row.scopes.includes(scope))),
    };
    if (this.#revocations === revocations) this.#verified.set(id, verified);
    return verified;
  }
}
