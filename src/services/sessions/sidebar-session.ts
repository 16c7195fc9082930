import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeProtectedHeader, importSPKI, jwtVerify, decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Ports } from '../../ports/ports.ts';

/** Who is signed in to the sidebar; ids only. */
export interface SidebarSession {
  readonly subscriptionId: string;
  readonly zendeskAgentId: number;
  readonly sessionId: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** When Zendesk signed the agent in; seconds since 1970. */
  readonly signedInAt: number;
}

const SessionClaims = z.object({
  aud: z.literal('sidebar'),
  tid: z.uuid(),
  sub: z.number().int().positive(),
  sid: z.string(),
  exp: z.number().int(),
  iat: z.number().int(),
});
const signedTokenMaximumAge = 15 * 60;
const verifiedForMs = 5_000;
const longestSignInSeconds = 12 * 60 * 60;

/** Exchanges Zendesk's signed token for a short session and checks sessions. */
export class SidebarSessions {
  readonly #ports: Pick<Ports, 'database' | 'keyValues' | 'clock' | 'ids'>;
  readonly #key: Buffer;
  readonly #lifetimeSeconds: number;
  readonly #verified = new LRUCache<string, SidebarSession>({
    max: 20_000,
    ttl: verifiedForMs,
    // Its keys are tokens: they leave memory when their time is over, asked for or not.
    ttlAutopurge: true,
  });

  constructor(
    ports: Pick<Ports, 'database' | 'keyValues' | 'clock' | 'ids' | 'secretBox'>,
    lifetimeMinutes: number,
  ) {
    this.#ports = ports;
    this.#key = ports.secretBox.deriveKey('sidebar session');
    this.#lifetimeSeconds = lifetimeMinutes * 60;
  }

  /** Verifies the RS256 token of Zendesk's signed POST: installation, issuer, times, one use. Throws `sign-in-refused`. */
  async exchange(signedToken: string): Promise<{ readonly token: string; readonly session: SidebarSession }> {
    const { database, keyValues } = this.#ports;
    const audience = readAudience(signedToken);
    const installation = await database.lookup((functions) => functions.installationByAudience(audience));
    if (installation === undefined) throw unproven();
    const claims = await verifySigned(
      signedToken,
      installation.publicKeyPem,
      audience,
      installation.issuer,
      this.#ports.clock.now(),
    );
    const fresh = await keyValues.setIfAbsent(
      `sidebar-jti:${installation.installationId}:${claims.jti}`,
      '1',
      { ttlSeconds: signedTokenMaximumAge + 60 },
    );
    if (!fresh) throw new ProblemError('sign-in-refused', { detail: 'This sign-in has been used before.' });
    const now = Math.floor(this.#ports.clock.now().getTime() / 1000);
    const session: SidebarSession = {
      subscriptionId: installation.subscriptionId,
      zendeskAgentId: claims.agentId,
      sessionId: this.#ports.ids.next(),
      expiresAt: now + this.#lifetimeSeconds,
      signedInAt: now,
    };
    return { token: this.#sign(session), session };
  }

  /** A longer session for one that is still valid; never past 12 hours after the sign-in. */
  renew(token: string): { readonly token: string; readonly renewAfterSeconds: number } {
    const session = this.verify(token);
    const now = Math.floor(this.#ports.clock.now().getTime() / 1000);
    const expiresAt = Math.min(now + this.#lifetimeSeconds, session.signedInAt + longestSignInSeconds);
    return {
      token: this.#sign({ ...session, expiresAt }),
      renewAfterSeconds: Math.max(1, Math.floor((expiresAt - now) / 2)),
    };
  }

  /** Throws `not-signed-in` or `session-expired`; answers from memory for 5 seconds. */
  verify(token: string): SidebarSession {
    const now = this.#ports.clock.now().getTime() / 1000;
    const known = this.#verified.get(token);
    if (known !== undefined) {
      if (known.expiresAt <= now) throw new ProblemError('session-expired');
      return known;
    }
    const session = this.#open(token);
    if (session.expiresAt <= now) throw new ProblemError('session-expired');
    this.#verified.set(token, session);
    return session;
  }

  #sign(session: SidebarSession): string {
    const claims = {
      aud: 'sidebar',
      tid: session.subscriptionId,
      sub: session.zendeskAgentId,
      sid: session.sessionId,
      exp: session.expiresAt,
      iat: session.signedInAt,
    };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${body}.${this.#mac(body)}`;
  }

  // One fixed algorithm and no header: nothing for a forger to choose.
  #mac(body: string): string {
    return createHmac('sha256', this.#key).update(`sidebar.${body}`).digest('base64url');
  }

  #open(token: string): SidebarSession {
    const [body = '', mac = '', more] = token.split('.', 3);
    const expected = Buffer.from(this.#mac(body));
    const given = Buffer.from(mac);
    if (
      more !== undefined ||
      token.length > 2_000 ||
      given.length !== expected.length ||
      !timingSafeEqual(given, expected)
    )
      throw new ProblemError('not-signed-in');
    const claims = SessionClaims.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    if (!claims.success) throw new ProblemError('not-signed-in');
    const { tid, sub, sid, exp, iat } = claims.data;
    return { subscriptionId: tid, zendeskAgentId: sub, sessionId: sid, expiresAt: exp, signedInAt: iat };
  }
}

const refused = (detail: string): ProblemError => new ProblemError('sign-in-refused', { detail });
/** One answer for an unknown installation and a token it has not signed: a stranger does not learn who uses this server. */
const unproven = (): ProblemError =>
  refused('The sign-in is forged, expired, or of an installation of the app that is not known here.');

/** The claim that names the installation; believed only after that installation's key has proven it. */
function readAudience(token: string): string {
  if (token.length > 10_000) throw refused('The sign-in is too long.');
  try {
    const header = decodeProtectedHeader(token);
    const { aud } = decodeJwt(token);
    if (header.alg !== 'RS256' || typeof aud !== 'string')
      throw refused('The sign-in is not of the expected kind.');
    return aud;
  } catch (error) {
    throw error instanceof ProblemError ? error : refused('The sign-in cannot be read.');
  }
}

const agentUrl = /\/users\/(\d{1,19})(?:\.json)?$/;

async function verifySigned(
  token: string,
  publicKeyPem: string,
  audience: string,
  issuer: string,
  now: Date,
): Promise<{ readonly jti: string; readonly agentId: number }> {
  try {
    const key = await importSPKI(publicKeyPem, 'RS256');
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      audience,
      issuer,
      clockTolerance: 30,
      maxTokenAge: signedTokenMaximumAge,
      currentDate: now,
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
    });
    const agentId = Number(agentUrl.exec(payload.sub ?? '')?.[1]);
    if (!Number.isSafeInteger(agentId) || typeof payload.jti !== 'string' || payload.jti.length > 200)
      throw refused('The sign-in names no agent.');
    return { jti: payload.jti, agentId };
  } catch (error) {
    throw error instanceof ProblemError ? error : unproven();
  }
}
