import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { fetch as undiciFetch, Response, type Dispatcher, type RequestInfo, type RequestInit } from 'undici';
import { ProblemError } from '../../kernel/problem-error.ts';
import { insideTransaction } from '../../kernel/transaction-scope.ts';
import type { Egress, EgressPurpose } from '../../ports/egress.ts';
import { createAddressPolicy, type AddressPolicy } from './address-policy.ts';
import {
  codeOf,
  createGuardedAgent,
  egressTimes,
  resolveWithSystem,
  type EgressTimes,
  type Resolve,
} from './guarded-agent.ts';
import { createProxyTunnel } from './proxy-tunnel.ts';

export interface EgressOptions {
  /** `host:port` or CIDR that providers may live at although it is not public: self-hosted models, simulators. */
  readonly allowedPrivate: readonly string[];
  /** `host:port` that may stand in for `*.zendesk.com`, http included; when absent, the `host:port` entries of `allowedPrivate`. */
  readonly zendeskHosts?: readonly string[];
  /** `host:port` that may stand in for Confluence Cloud, http included; none when absent. */
  readonly confluenceHosts?: readonly string[];
  /** `host:port` that may be read like a public web site, http included; none when absent. */
  readonly webHosts?: readonly string[];
  /** PEM text of the certificate that a simulated web site shows; believed for pages of the web alone. */
  readonly webCertificate?: string | undefined;
  /** `http(s)://[user:password@]host:port` of a proxy that speaks CONNECT; hosts in the lists above are reached without it. */
  readonly proxy?: string | undefined;
  /** PEM text with certificate authorities to believe besides Node's own. */
  readonly certificateAuthorities?: string | undefined;
  readonly resolve?: Resolve;
  /** Shorter times for tests. */
  readonly times?: Partial<EgressTimes>;
}

interface Exit {
  readonly policy: AddressPolicy;
  readonly dispatcher: Dispatcher;
  readonly fetch: typeof undiciFetch;
}

/** Decoded bytes of one answer, so that a compressed one counts as what it becomes. */
const largestResponse: Readonly<Record<EgressPurpose, number>> = {
  zendesk: 10 * 1024 * 1024,
  provider: 32 * 1024 * 1024,
  webhook: 64 * 1024,
  confluence: 10 * 1024 * 1024,
  web: 10 * 1024 * 1024,
};

/** Code of the error for an answer over the limit, on `cause.code` like the codes of undici. */
export const responseTooLarge = 'EGRESS_RESPONSE_TOO_LARGE';

/** Builds the way out: every connection, redirect and answer is checked against the purpose it is for. */
export function createEgress(options: EgressOptions): Egress {
  const resolve = options.resolve ?? resolveWithSystem;
  const lists = {
    allowedPrivate: options.allowedPrivate,
    zendeskHosts: options.zendeskHosts ?? options.allowedPrivate.filter((entry) => !entry.includes('/')),
    confluenceHosts: options.confluenceHosts ?? [],
    webHosts: options.webHosts ?? [],
  };
  const { certificateAuthorities, webCertificate } = options;
  const secureContext = believing(certificateAuthorities);
  const webContext =
    webCertificate === undefined ? secureContext : believing(certificateAuthorities, webCertificate);
  const tunnel = options.proxy === undefined ? undefined : createProxyTunnel(options.proxy, secureContext);
  const createExit = (purpose: EgressPurpose): Exit => {
    const times = { ...egressTimes[purpose], ...options.times };
    const policy = createAddressPolicy(purpose, lists);
    const dispatcher = createGuardedAgent(policy, times, resolve, {
      tunnel,
      secureContext: purpose === 'web' ? webContext : secureContext,
      showsRedirects: purpose === 'web',
    });
    return {
      policy,
      dispatcher,
      fetch: createFetch(policy, dispatcher, times.total, largestResponse[purpose]),
    };
  };
  const exits: Readonly<Record<EgressPurpose, Exit>> = {
    zendesk: createExit('zendesk'),
    provider: createExit('provider'),
    webhook: createExit('webhook'),
    confluence: createExit('confluence'),
    web: createExit('web'),
  };
  return {
    fetchFor: (purpose) => exits[purpose].fetch,
    dispatcherFor: (purpose) => exits[purpose].dispatcher,
    check: (purpose, url) => void exits[purpose].policy.checkUrl(url),
    async close() {
      await Promise.all(Object.values(exits).map((exit) => exit.dispatcher.destroy()));
    },
  };
}

/** Node's own authorities and the given ones, parsed once; throws a plain Error when there is no certificate in a text. */
function believing(...given: readonly (string | undefined)[]): SecureContext | undefined {
  const texts = given.filter((pem) => pem !== undefined);
  if (texts.length === 0) return undefined;
  const added = texts.flatMap((pem) => {
    const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
    if (found === null) throw new Error('The file of certificate authorities holds no certificate');
    return found;
  });
  return createSecureContext({ ca: [...getCACertificates('default'), ...added] });
}

function createFetch(
  policy: AddressPolicy,
  dispatcher: Dispatcher,
  total: number,
  limit: number,
): typeof undiciFetch {
  return async (input: RequestInfo, init: RequestInit = {}) => {
    if (insideTransaction()) throw new Error('An outside call was made inside a database transaction');
    const given = init.signal ?? (typeof input === 'object' && 'signal' in input ? input.signal : undefined);
    policy.checkUrl(typeof input === 'object' && 'url' in input ? input.url : input);
    const deadline = AbortSignal.timeout(total);
    const signal = given ? AbortSignal.any([given, deadline]) : deadline;
    try {
      const response = await undiciFetch(input, { ...init, dispatcher, redirect: 'manual', signal });
      return withinLimit(response, limit, signal);
    } catch (error) {
      throw withoutAddress(error, signal);
    }
  };
}

/** The answer with a body that breaks off after `limit` decoded bytes. */
function withinLimit(response: Response, limit: number, signal: AbortSignal): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  let received = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          received += value.byteLength;
          if (received > limit) throw Object.assign(new Error(), { code: responseTooLarge });
          controller.enqueue(value);
        } catch (error) {
          void reader.cancel().catch(() => undefined);
          controller.error(withoutAddress(error, signal));
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

/** Keeps the code of a network error and drops its text, which names the address a host resolved to. */
function withoutAddress(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof ProblemError) return inner;
  }
  const code = codeOf(error) ?? codeOf(error instanceof Error ? error.cause : undefined) ?? 'EGRESS_NETWORK';
  // Clients tell a network error from others by this class and text.
  return new TypeError('fetch failed', {
    cause: Object.assign(new Error('The connection failed'), { code }),
  });
}
