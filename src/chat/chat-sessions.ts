import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { ProblemError } from '../kernel/problem-error.ts';
import { secretsEqual } from '../kernel/secrets-equal.ts';
import type { Clock } from '../ports/clock.ts';
import type { SecretBox } from '../ports/secret-box.ts';

/** One conversation of a visitor with an AI agent, begun on a page of one origin. Ids only. */
export interface ChatSession {
  readonly subscriptionId: string;
  readonly aiAgentId: string;
  readonly sessionId: string;
  readonly origin: string;
  /** When the conversation began; seconds since 1970. */
  readonly begunAt: number;
}

const Claims = z.object({
  aud: z.literal('chat'),
  tid: z.uuid(),
  aid: z.uuid(),
  sid: z.uuid(),
  org: z.string(),
  iat: z.number().int(),
  exp: z.number().int(),
});

/** Seconds a token works before the page has to ask again. */
export const tokenSeconds = 60 * 60;
/** Seconds a conversation may last. */
export const conversationSeconds = 24 * 60 * 60;

/** Signs and checks the tokens of visitors. They name a conversation and say nothing about whose it is. */
export class ChatSessions {
  readonly #key: Buffer;
  readonly #clock: Clock;

  constructor(ports: { readonly secretBox: SecretBox; readonly clock: Clock }) {
    this.#key = ports.secretBox.deriveKey('chat session');
    this.#clock = ports.clock;
  }

  now(): number {
    return Math.floor(this.#clock.now().getTime() / 1000);
  }

  sign(session: ChatSession): { readonly token: string; readonly renewAfterSeconds: number } {
    const now = this.now();
    const exp = Math.min(now + tokenSeconds, session.begunAt + conversationSeconds);
    const claims: z.infer<typeof Claims> = {
      aud: 'chat',
      tid: session.subscriptionId,
      aid: session.aiAgentId,
      sid: session.sessionId,
      org: session.origin,
      iat: session.begunAt,
      exp,
    };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return {
      token: `${body}.${this.#mac(body)}`,
      renewAfterSeconds: Math.max(1, Math.floor((exp - now) / 2)),
    };
  }

  /** Throws `chat-session-over`. */
  verify(token: string): ChatSession {
    const { exp, session } = this.#open(token);
    if (exp <= this.now()) throw new ProblemError('chat-session-over');
    return session;
  }

  /** A session whose token may have ended, as long as its conversation has not; undefined otherwise. */
  renewable(token: string): ChatSession | undefined {
    try {
      const { session } = this.#open(token);
      return session.begunAt + conversationSeconds > this.now() ? session : undefined;
    } catch {
      return undefined;
    }
  }

  // One fixed algorithm and no header: nothing for a forger to choose.
  #mac(body: string): string {
    return createHmac('sha256', this.#key).update(`chat.${body}`).digest('base64url');
  }

  #open(token: string): { readonly exp: number; readonly session: ChatSession } {
    const [body = '', mac = '', more] = token.split('.', 3);
    const isOurs = more === undefined && token.length <= 4_000 && secretsEqual(mac, this.#mac(body));
    if (!isOurs) throw new ProblemError('chat-session-over');
    const { tid, aid, sid, org, iat, exp } = Claims.parse(
      JSON.parse(Buffer.from(body, 'base64url').toString('utf8')),
    );
    return {
      exp,
      session: { subscriptionId: tid, aiAgentId: aid, sessionId: sid, origin: org, begunAt: iat },
    };
  }
}
