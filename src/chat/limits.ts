import { ProblemError } from '../kernel/problem-error.ts';
import type { RateLimiter, RateRule } from '../ports/rate-limiter.ts';

/** Who a request counts for. */
export interface ChatCaller {
  /** Of the network, as the trusted proxies told it. */
  readonly address: string;
  readonly subscriptionId: string;
  readonly aiAgentId: string;
}

/** Limits of visitors, who can make as many sessions as they like: by session, address, AI agent and subscription. */
export class ChatLimits {
  readonly #limiter: RateLimiter;
  readonly #rule: (name: string, share: number) => RateRule;

  /** `requestsPerMinute` is what the operator lets one person ask; whole sites and companies get multiples of it. */
  constructor(limiter: RateLimiter, requestsPerMinute: number) {
    this.#limiter = limiter;
    this.#rule = (name, share) => ({
      name,
      points: Math.max(1, Math.round(requestsPerMinute * share)),
      windowSeconds: 60,
    });
  }

  // In an order in which whoever is stopped early takes nothing from those who share what comes later.

  /** Throws `rate-limited`. */
  async takeSession({ address, aiAgentId, subscriptionId }: ChatCaller): Promise<void> {
    await this.#take(address, 'chat-sessions-address', 1 / 3);
    await this.#take(aiAgentId, 'chat-sessions-agent', 20);
    await this.#take(subscriptionId, 'chat-sessions-subscription', 100);
  }

  /** Throws `rate-limited`. */
  async takeTurn(caller: ChatCaller & { readonly sessionId: string }): Promise<void> {
    await this.#take(caller.sessionId, 'chat-visitor', 1 / 5);
    await this.#take(caller.address, 'chat-address', 1);
    await this.#take(caller.aiAgentId, 'chat-agent', 20);
    await this.#take(caller.subscriptionId, 'chat-subscription', 100);
  }

  async #take(key: string, name: string, share: number): Promise<void> {
    const decision = await this.#limiter.take(`${name}:${key}`, this.#rule(name, share));
    if (!decision.allowed)
      throw new ProblemError('rate-limited', { retryAfterSeconds: decision.retryAfterSeconds });
  }
}
