import { createHash } from 'node:crypto';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import { ProblemError } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { Clock } from '../ports/clock.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { Visitor } from './conversation.ts';

/** Seconds from issue to end that a company may give its token. */
const longestSeconds = 15 * 60;
const clockToleranceSeconds = 30;

const Claims = z.object({
  sub: z.string().min(1).max(200),
  jti: z.string().min(8).max(200),
  exp: z.number(),
  iat: z.number(),
  name: z.string().max(200).optional(),
  email: z.email().max(320).optional(),
});

/**
 * Who the company says the visitor is: a token of HS256 over the AI agent's secret, for this AI agent (`aud` is its widget
 * key), of at most fifteen minutes, used once. Throws `identity-refused`; without a secret every token is refused.
 */
export async function verifyIdentity(
  ports: { readonly keyValues: KeyValueStore; readonly clock: Clock },
  agent: ChatAgent,
  secret: string | undefined,
  token: string,
): Promise<Transient<Visitor>> {
  if (secret === undefined) throw new ProblemError('identity-refused');
  const claims = await verified(ports.clock, agent, secret, token);
  const fresh = await ports.keyValues.setIfAbsent(
    `chat-jti:${agent.id}:${createHash('sha256').update(claims.jti).digest('base64url')}`,
    '1',
    { ttlSeconds: longestSeconds + 2 * clockToleranceSeconds },
  );
  if (!fresh) throw new ProblemError('identity-refused', { detail: 'The token has been used before.' });
  return Transient.of({ subject: claims.sub, name: claims.name ?? null, email: claims.email ?? null });
}

async function verified(
  clock: Clock,
  agent: ChatAgent,
  secret: string,
  token: string,
): Promise<z.infer<typeof Claims>> {
  try {
    const { payload } = await jwtVerify(token, Buffer.from(secret), {
      algorithms: ['HS256'],
      audience: agent.widgetKey,
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: longestSeconds,
      currentDate: clock.now(),
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
    });
    const claims = Claims.parse(payload);
    if (claims.exp - claims.iat > longestSeconds) throw new ProblemError('identity-refused');
    return claims;
  } catch {
    // What is wrong with it would tell a forger what to mend.
    throw new ProblemError('identity-refused');
  }
}
