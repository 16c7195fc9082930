import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Actor, Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import type { Ports } from '../../ports/ports.ts';
import type { AccountRole } from '../../ports/schema/accounts.ts';
import type { MfaGate } from '../accounts/mfa-gate.ts';
import { ConsoleAccessTokens, type AccessClaims } from './console-access-token.ts';
import { insertSession, readLiveSession, revokeSessions } from './console-session-queries.ts';
import { ConsoleSigningKeys } from './console-signing-keys.ts';

export interface IssuedSession {
  readonly sessionId: string;
  readonly accessToken: string;
  readonly accessTokenSeconds: number;
  /** For the cookie alone. */
  readonly refreshToken: string;
}

/** A session about to begin: `store` in the transaction that allows it, `issue` after that has committed. */
export interface OpeningSession {
  readonly sessionId: string;
  store(tx: WriteTransaction): Promise<void>;
  issue(): Promise<IssuedSession>;
}

/** Who a valid access token belongs to. */
export interface ConsolePrincipal extends Pick<
  AccessClaims,
  'subscriptionId' | 'accountId' | 'sessionId' | 'role' | 'audiences'
> {
  /** When the person last proved a password or second factor in this session; milliseconds since 1970. */
  readonly provenAt: number | undefined;
  /** A second factor must be set up before anything else. */
  readonly enrolmentDue: boolean;
}

interface LiveSession {
  readonly subscriptionId: string;
  readonly accountId: string;
  readonly role: AccountRole;
  readonly provenAt: number | undefined;
  readonly enrolmentDue: boolean;
}

export interface ConsoleSessionOptions {
  /** The `iss` of access tokens. */
  readonly issuer: string;
  readonly accessTokenMinutes: number;
}

const idleSeconds = 30 * 60;
const absoluteSeconds = 12 * 60 * 60;
const graceSeconds = 10;
const mostSiblings = 2;
// Below five seconds with room for the request itself: so long may an ended session still be believed elsewhere.
const believedMs = 4_000;
const tokenPattern = /^[\w-]{43}$/;

type Needs = Pick<Ports, 'database' | 'secretBox' | 'clock' | 'ids' | 'jobs'>;
type Who = Pick<Call, 'subscriptionId' | 'actor' | 'requestId'>;

/** Sessions of the console: short access tokens, refresh tokens that are exchanged at each use, an end that counts at once. */
export class ConsoleSessions {
  readonly signingKeys: ConsoleSigningKeys;
  readonly #ports: Needs;
  readonly #gate: Pick<MfaGate, 'isEnrolmentDue'>;
  readonly #tokens: ConsoleAccessTokens;
  readonly #claims = new LRUCache<string, AccessClaims>({
    max: 20_000,
    ttl: believedMs,
    // Its keys are tokens: they leave memory when their time is over, asked for or not.
    ttlAutopurge: true,
  });
  readonly #live = new LRUCache<string, LiveSession>({ max: 20_000, ttl: believedMs });

  constructor(ports: Needs, gate: Pick<MfaGate, 'isEnrolmentDue'>, options: ConsoleSessionOptions) {
    this.#ports = ports;
    this.#gate = gate;
    this.signingKeys = new ConsoleSigningKeys(ports, options.accessTokenMinutes);
    this.#tokens = new ConsoleAccessTokens(ports, this.signingKeys, options);
  }

  /** A new session for an account that has just proven who it is; `replaces` ends another and keeps its last hour. */
  opening(
    call: Pick<Call, 'subscriptionId' | 'requestId'>,
    account: { readonly id: string; readonly role: AccountRole },
    options: { readonly device: string; readonly replaces?: string },
  ): OpeningSession {
    const { ids } = this.#ports;
    const sessionId = ids.next();
    const refreshToken = makeRefreshToken();
    const { subscriptionId } = call;
    return {
      sessionId,
      store: async (tx) => {
        const stored = await insertSession(tx, {
          ...options,
          subscriptionId,
          sessionId,
          accountId: account.id,
          tokenId: ids.next(),
          tokenHash: this.#hash(refreshToken),
          idleSeconds,
          absoluteSeconds,
        });
        if (!stored) throw new ProblemError('console-sign-in-needed');
      },
      issue: () => {
        if (options.replaces !== undefined) this.forget([options.replaces]);
        return this.#issue(
          { subscriptionId, accountId: account.id, sessionId, role: account.role },
          refreshToken,
          call.requestId,
        );
      },
    };
  }

  /** Exchanges a refresh token. Throws `console-sign-in-needed`, or `conflict` while others exchange the same one. */
  async refresh(requestId: string, refreshToken: string): Promise<IssuedSession> {
    if (!tokenPattern.test(refreshToken)) throw new ProblemError('console-sign-in-needed');
    const fresh = makeRefreshToken();
    const rotation = {
      presentedHash: this.#hash(refreshToken),
      freshId: this.#ports.ids.next(),
      freshHash: this.#hash(fresh),
      idleSeconds,
      graceSeconds,
      mostSiblings,
    };
    const result = await this.#ports.database.lookup((lookups) => lookups.rotateRefreshToken(rotation));
    if (result.outcome === 'rotated') return this.#issue(result, fresh, requestId);
    if (result.outcome === 'busy')
      throw new ProblemError('conflict', {
        detail: 'Another window is renewing this session.',
        retryAfterSeconds: 1,
      });
    if (result.outcome === 'reused') await this.#endReused(requestId, result);
    throw new ProblemError('console-sign-in-needed');
  }

  /** Ends the session a refresh token belongs to; says nothing when there is none. */
  async signOut(requestId: string, refreshToken: string): Promise<void> {
    if (!tokenPattern.test(refreshToken)) return;
    const hash = this.#hash(refreshToken);
    const found = await this.#ports.database.lookup((lookups) => lookups.sessionByRefreshToken(hash));
    if (found === undefined) return;
    const { subscriptionId, sessionId, accountId } = found;
    await this.end(
      { subscriptionId, actor: actorOf(found), requestId },
      { accountId, only: sessionId },
      { permission: 'account:self', action: 'auth.signed-out' },
    );
  }

  /** Ends sessions of an account with an audit event, unless none live; `besides` runs in the same transaction. Returns how many. */
  async end(
    call: Who,
    which: { readonly accountId: string; readonly only?: string; readonly except?: string },
    decision: {
      readonly permission: string;
      readonly action: `auth.${string}`;
      readonly outcome?: 'refused';
    },
    besides: (tx: WriteTransaction) => Promise<void> = async () => {},
  ): Promise<number> {
    try {
      const ended = await this.#ports.database.write(
        call,
        {
          permission: decision.permission,
          audit: {
            action: decision.action,
            target: which.only ?? which.accountId,
            outcome: decision.outcome ?? 'ok',
          },
        },
        async (tx) => {
          const revoked = await revokeSessions(tx, which.accountId, which);
          if (revoked.length === 0) throw new NothingToEnd();
          await besides(tx);
          return revoked;
        },
      );
      this.forget(ended);
      return ended.length;
    } catch (error) {
      if (error instanceof NothingToEnd) return 0;
      throw error;
    }
  }

  /** Forgets what this process believed of sessions, after they ended; others notice within five seconds. */
  forget(sessionIds: readonly string[]): void {
    for (const id of sessionIds) this.#live.delete(id);
  }

  /** Who a token belongs to; answers from memory for four seconds. Throws `console-sign-in-needed`. */
  verify(token: string): ConsolePrincipal | Promise<ConsolePrincipal> {
    const claims = this.#claims.get(token);
    const live = claims === undefined ? undefined : this.#live.get(claims.sessionId);
    if (claims === undefined || live === undefined) return this.#verifySlowly(token);
    if (claims.expiresAt * 1000 <= this.#ports.clock.now().getTime())
      throw new ProblemError('console-sign-in-needed');
    return principalOf(claims, live);
  }

  async #verifySlowly(token: string): Promise<ConsolePrincipal> {
    const claims = this.#claims.get(token) ?? (await this.#tokens.verify(token));
    this.#claims.set(token, claims);
    const known = this.#live.get(claims.sessionId);
    if (known !== undefined) return principalOf(claims, known);
    const live = await this.#ports.database.read(claims, async (tx): Promise<LiveSession | undefined> => {
      const row = await readLiveSession(tx, claims.sessionId);
      if (row === undefined) return undefined;
      const { accountId, role, provenAt } = row;
      const enrolmentDue = await this.#gate.isEnrolmentDue(tx, accountId);
      const { subscriptionId } = claims;
      return { subscriptionId, accountId, role, provenAt: provenAt?.getTime(), enrolmentDue };
    });
    if (live === undefined) throw new ProblemError('console-sign-in-needed');
    this.#live.set(claims.sessionId, live);
    return principalOf(claims, live);
  }

  async #issue(
    claims: Pick<AccessClaims, 'subscriptionId' | 'accountId' | 'sessionId' | 'role'>,
    refreshToken: string,
    requestId: string,
  ): Promise<IssuedSession> {
    return {
      sessionId: claims.sessionId,
      accessToken: await this.#tokens.sign(claims, requestId),
      accessTokenSeconds: this.#tokens.lifetimeSeconds,
      refreshToken,
    };
  }

  async #endReused(
    requestId: string,
    reused: {
      readonly subscriptionId: string;
      readonly sessionId: string;
      readonly accountId: string;
      readonly role: AccountRole;
    },
  ): Promise<void> {
    const { subscriptionId, accountId } = reused;
    await this.end(
      { subscriptionId, actor: actorOf(reused), requestId },
      { accountId, only: reused.sessionId },
      { permission: 'account:self', action: 'auth.refresh_reuse', outcome: 'refused' },
      (tx) =>
        this.#ports.jobs.enqueue(tx, { subscriptionId }, 'mail.send-notice', {
          accountId,
          notice: 'session-stolen',
        }),
    );
  }

  #hash(refreshToken: string): string {
    return createHmac('sha256', this.#ports.secretBox.deriveKey('refresh pepper'))
      .update(refreshToken)
      .digest('hex');
  }
}

class NothingToEnd extends Error {}

const makeRefreshToken = (): string => randomBytes(32).toString('base64url');

/** The actor an account is, by its role. */
export function actorOf(account: { readonly accountId: string; readonly role: AccountRole }): Actor {
  return account.role === 'operator'
    ? { kind: 'operator', id: account.accountId }
    : { kind: 'account', id: account.accountId };
}

// A role that changed since the token was signed makes it worthless; so does an account that is not the session's.
function principalOf(claims: AccessClaims, live: LiveSession): ConsolePrincipal {
  const isOf = claims.subscriptionId === live.subscriptionId && claims.accountId === live.accountId;
  if (!isOf || claims.role !== live.role) throw new ProblemError('console-sign-in-needed');
  const { subscriptionId, accountId, sessionId, role, audiences } = claims;
  return {
    subscriptionId,
    accountId,
    sessionId,
    role,
    audiences,
    provenAt: live.provenAt,
    enrolmentDue: live.enrolmentDue,
  };
}
