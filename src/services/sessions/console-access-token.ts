import { errors, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { ConsoleSigningKeys } from './console-signing-keys.ts';

/** Where an access token of the console may be shown. An operator's is good for both. */
export type ConsoleAudience = 'console' | 'operator';

export interface AccessClaims {
  readonly subscriptionId: string;
  readonly accountId: string;
  readonly sessionId: string;
  readonly role: 'admin' | 'member' | 'operator';
  readonly audiences: readonly ConsoleAudience[];
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

const longestToken = 2_000;
const headerNames = new Set(['alg', 'kid', 'typ']);
const toleranceSeconds = 5;

const Claims = z.object({
  aud: z.union([z.literal('console'), z.tuple([z.literal('console'), z.literal('operator')])]),
  sub: z.uuid(),
  tid: z.uuid(),
  sid: z.uuid(),
  role: z.enum(['admin', 'member', 'operator']),
  exp: z.number().int(),
  jti: z.uuid(),
});

/** Signs and checks access tokens of the console: EdDSA alone, `at+jwt`, by a key of ours named by `kid`. */
export class ConsoleAccessTokens {
  readonly #ports: { readonly clock: Clock; readonly ids: Ids };
  readonly #keys: ConsoleSigningKeys;
  readonly #issuer: string;
  readonly lifetimeSeconds: number;

  constructor(
    ports: { readonly clock: Clock; readonly ids: Ids },
    keys: ConsoleSigningKeys,
    { issuer, accessTokenMinutes }: { readonly issuer: string; readonly accessTokenMinutes: number },
  ) {
    this.#ports = ports;
    this.#keys = keys;
    this.#issuer = issuer;
    this.lifetimeSeconds = accessTokenMinutes * 60;
  }

  async sign(
    claims: Pick<AccessClaims, 'subscriptionId' | 'accountId' | 'sessionId' | 'role'>,
    requestId: string,
  ): Promise<string> {
    const key = await this.#keys.signing(requestId);
    const now = Math.floor(this.#ports.clock.now().getTime() / 1000);
    return new SignJWT({ tid: claims.subscriptionId, sid: claims.sessionId, role: claims.role })
      .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'at+jwt' })
      .setIssuer(this.#issuer)
      .setAudience(claims.role === 'operator' ? ['console', 'operator'] : 'console')
      .setSubject(claims.accountId)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + this.lifetimeSeconds)
      .setJti(this.#ports.ids.next())
      .sign(key.privateKey);
  }

  /** Throws `console-sign-in-needed` whatever is wrong with it; whether the session still lives is for others to ask. */
  async verify(token: string): Promise<AccessClaims> {
    const kid = readKeyId(token);
    const key = kid === undefined ? undefined : await this.#keys.verifying(kid);
    if (key === undefined) throw new ProblemError('console-sign-in-needed');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['EdDSA'],
        typ: 'at+jwt',
        issuer: this.#issuer,
        audience: 'console',
        clockTolerance: toleranceSeconds,
        maxTokenAge: this.lifetimeSeconds,
        currentDate: this.#ports.clock.now(),
        requiredClaims: ['iat', 'nbf', 'exp'],
      });
      const { sub, tid, sid, role, exp, aud } = Claims.parse(payload);
      return {
        subscriptionId: tid,
        accountId: sub,
        sessionId: sid,
        role,
        audiences: aud === 'console' ? ['console'] : aud,
        expiresAt: exp,
      };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof z.ZodError)
        throw new ProblemError('console-sign-in-needed');
      throw error;
    }
  }
}

/** The key a token says it was signed with; undefined for anything that is not shaped exactly as ours. */
function readKeyId(token: string): string | undefined {
  if (token.length > longestToken) return undefined;
  const parts = token.split('.');
  // Base64 has spare bits: without this, some changed last characters would still be the same signature.
  if (
    parts.length !== 3 ||
    !parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
  )
    return undefined;
  try {
    const header = decodeProtectedHeader(token);
    // A header may not choose anything but one of our keys: no jku, jwk, x5u, crit or other algorithm.
    if (
      header.alg !== 'EdDSA' ||
      header.typ !== 'at+jwt' ||
      !Object.keys(header).every((name) => headerNames.has(name))
    )
      return undefined;
    return header.kid;
  } catch {
    return undefined;
  }
}
