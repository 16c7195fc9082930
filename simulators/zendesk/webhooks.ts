import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Json } from './model.ts';

/** The secret Zendesk signs test deliveries with before a webhook exists; receivers must refuse it in production. */
export const TEST_SIGNING_SECRET = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';

export type Webhook = {
  readonly id: string;
  name: string;
  status: string;
  endpoint: string;
  httpMethod: string;
  requestFormat: string;
  subscriptions: readonly string[];
  authentication: Json | null;
  customHeaders: Readonly<Record<string, string>>;
  secret: string;
  readonly createdAt: string;
};

/** One delivery and how each attempt went; bodies are not kept. */
export type Invocation = {
  readonly id: string;
  readonly webhookId: string;
  readonly eventType: string;
  readonly attempts: { readonly at: string; readonly status: number | 'timeout' | 'unreachable' }[];
};

/** How deliveries misbehave: as they should, each one twice, pairs in the wrong order, or lost. */
export type DeliveryMode = 'normal' | 'duplicate' | 'reorder' | 'drop';

const TIMEOUT_MILLISECONDS = 12_000;
const LONGEST_WAIT_SECONDS = 60;
const MOST_INVOCATIONS = 500;

/** Signs and delivers webhook calls, with Zendesk's retries. */
export class Webhooks {
  readonly hooks = new Map<string, Webhook>();
  readonly invocations: Invocation[] = [];
  mode: DeliveryMode = 'normal';
  timeoutMilliseconds = TIMEOUT_MILLISECONDS;
  retryDelayMilliseconds = 200;
  readonly #accountId: number;
  readonly #closing = new AbortController();
  #held: (() => void) | null = null;

  constructor(accountId: number) {
    this.#accountId = accountId;
  }

  /** Makes a fresh signing secret. */
  static createSecret(): string {
    return randomBytes(32).toString('base64');
  }

  /** Sends a body to a webhook in the background, in the present mode. */
  deliver(hook: Webhook, body: string, eventType: string, secret: string = hook.secret): string {
    const invocation: Invocation = {
      id: randomUUID().replaceAll('-', '').toUpperCase(),
      webhookId: hook.id,
      eventType,
      attempts: [],
    };
    this.invocations.push(invocation);
    if (this.invocations.length > MOST_INVOCATIONS) this.invocations.shift();
    const send = (): void => void this.#attempt(hook, invocation, body, secret);
    if (this.mode === 'drop') return invocation.id;
    if (this.mode === 'reorder' && this.#held === null) {
      this.#held = send;
      return invocation.id;
    }
    send();
    if (this.mode === 'duplicate') send();
    this.#held?.();
    this.#held = null;
    return invocation.id;
  }

  /** Sends what a change of mode left waiting. */
  release(): void {
    this.#held?.();
    this.#held = null;
  }

  /** Stops deliveries that are under way. */
  close(): void {
    this.#closing.abort();
  }

  async #attempt(hook: Webhook, invocation: Invocation, body: string, secret: string): Promise<void> {
    for (let attempt = 1; !this.#closing.signal.aborted; attempt += 1) {
      const outcome = await this.#send(hook, invocation, body, secret);
      invocation.attempts.push({ at: new Date().toISOString(), status: outcome.status });
      const wait = this.#waitBefore(outcome, attempt);
      if (wait === null) return;
      await pause(wait, this.#closing.signal);
    }
  }

  // Conflicts are tried again up to three times, timeouts up to five, 429 and 503 only with a short wait.
  #waitBefore(
    outcome: { status: number | string; retryAfter: number | null },
    attempt: number,
  ): number | null {
    if (outcome.status === 409) return attempt <= 3 ? this.retryDelayMilliseconds : null;
    if (outcome.status === 'timeout') return attempt <= 5 ? this.retryDelayMilliseconds : null;
    if (outcome.status !== 429 && outcome.status !== 503) return null;
    if (outcome.retryAfter === null || outcome.retryAfter >= LONGEST_WAIT_SECONDS || attempt > 5) return null;
    return outcome.retryAfter * 1000;
  }

  async #send(
    hook: Webhook,
    invocation: Invocation,
    body: string,
    secret: string,
  ): Promise<{ status: Invocation['attempts'][number]['status']; retryAfter: number | null }> {
    const timestamp = new Date().toISOString();
    const signature = createHmac('sha256', secret)
      .update(timestamp + body)
      .digest('base64');
    const timeout = AbortSignal.timeout(this.timeoutMilliseconds);
    try {
      const response = await fetch(hook.endpoint, {
        method: hook.httpMethod,
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'User-Agent': 'Zendesk Webhook',
          ...hook.customHeaders,
          ...authenticationHeaders(hook.authentication),
          'X-Zendesk-Account-Id': String(this.#accountId),
          'X-Zendesk-Webhook-Id': hook.id,
          'X-Zendesk-Webhook-Invocation-Id': invocation.id,
          'X-Zendesk-Webhook-Signature': signature,
          'X-Zendesk-Webhook-Signature-Timestamp': timestamp,
        },
        ...(hook.httpMethod === 'GET' ? {} : { body }),
        signal: AbortSignal.any([timeout, this.#closing.signal]),
        redirect: 'manual',
      });
      await response.body?.cancel();
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
      return { status: response.status, retryAfter: Number.isNaN(retryAfter) ? null : retryAfter };
    } catch {
      return { status: timeout.aborted ? 'timeout' : 'unreachable', retryAfter: null };
    }
  }
}

function authenticationHeaders(authentication: Json | null): Record<string, string> {
  const data = authentication?.['data'];
  if (typeof data !== 'object' || data === null) return {};
  const read = (name: string): string => {
    const value: unknown = Reflect.get(data, name);
    return typeof value === 'string' ? value : '';
  };
  switch (authentication?.['type']) {
    case 'bearer_token':
      return { Authorization: `Bearer ${read('token')}` };
    case 'basic_auth':
      return {
        Authorization: `Basic ${Buffer.from(`${read('username')}:${read('password')}`).toString('base64')}`,
      };
    case 'api_key':
      return { [read('name')]: read('value') };
    default:
      return {};
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
