import { lookup as lookupHost } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { insideTransaction } from '../../kernel/transaction-scope.ts';
import type { EgressPurpose } from '../../ports/egress.ts';
import { refused, type AddressPolicy } from './address-policy.ts';
import { isAddressLiteral } from './blocked-addresses.ts';
import type { ProxyTunnel } from './proxy-tunnel.ts';

/** All addresses of a host name; rejects when there are none. */
export type Resolve = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** How long a call may wait for each step, milliseconds. */
export interface EgressTimes {
  readonly connect: number;
  readonly headers: number;
  readonly bodyGap: number;
  readonly total: number;
}

/** How connections leave: by themselves or through a proxy, and which certificate authorities they believe. */
export interface EgressRoute {
  readonly tunnel?: ProxyTunnel | undefined;
  /** Undefined: what Node believes. */
  readonly secureContext?: SecureContext | undefined;
  /** Hands an answer that redirects over instead of refusing it; nobody here follows it. */
  readonly showsRedirects?: boolean;
}

/** The times of each purpose. */
export const egressTimes: Readonly<Record<EgressPurpose, EgressTimes>> = {
  zendesk: { connect: 5_000, headers: 15_000, bodyGap: 30_000, total: 120_000 },
  provider: { connect: 3_000, headers: 120_000, bodyGap: 30_000, total: 300_000 },
  webhook: { connect: 3_000, headers: 10_000, bodyGap: 5_000, total: 15_000 },
  confluence: { connect: 5_000, headers: 15_000, bodyGap: 30_000, total: 120_000 },
  web: { connect: 5_000, headers: 15_000, bodyGap: 10_000, total: 30_000 },
};

const largestHeaders = 32_768;
// Said each time, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment only changes what is left out.
const rejectUnauthorized = true;

/** Asks the operating system, the way a connection would. */
export const resolveWithSystem: Resolve = (host) => lookupHost(host, { all: true });

/** An undici dispatcher that refuses what the policy does not allow: before the call, at connect, after resolving, and on a redirect. */
export function createGuardedAgent(
  policy: AddressPolicy,
  times: EgressTimes,
  resolve: Resolve,
  route: EgressRoute = {},
): Dispatcher {
  const direct = createGuardedConnector(policy, times, resolve, route);
  const { tunnel } = route;
  const agent = new Agent({
    connect:
      tunnel === undefined ? direct : throughProxy(policy, times, resolve, { ...route, tunnel }, direct),
    headersTimeout: times.headers,
    bodyTimeout: times.bodyGap,
    maxHeaderSize: largestHeaders,
    allowH2: false,
  });
  return agent.compose((dispatch) => (options, handler) => {
    if (insideTransaction()) throw new Error('An outside call was made inside a database transaction');
    if (
      options.method === 'CONNECT' ||
      (options.upgrade !== undefined && options.upgrade !== null && options.upgrade !== false)
    ) {
      throw refused('Only plain requests may be made.');
    }
    policy.checkUrl(new URL(options.path, options.origin));
    return dispatch(options, route.showsRedirects === true ? handler : refuseRedirects(handler));
  });
}

function createGuardedConnector(
  policy: AddressPolicy,
  times: EgressTimes,
  resolve: Resolve,
  { secureContext }: EgressRoute,
): buildConnector.connector {
  return (options, callback) => {
    const host = options.hostname;
    const port = portOf(options);
    if (!policy.mayConnect(host, port)) {
      callback(refused('This address may not be reached.'), null);
      return;
    }
    // Built per connection, because a lookup is told the name alone and the policy also needs the port.
    const connect = buildConnector({
      timeout: times.connect,
      lookup: guardedLookup(policy, port, resolve),
      rejectUnauthorized,
      ...(secureContext !== undefined && { secureContext }),
    } as buildConnector.BuildOptions);
    connect(options, callback);
  };
}

const portOf = ({ port, protocol }: buildConnector.Options): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

/** Asks the proxy for what the policy allows; what the operator has listed as private is reached directly. */
function throughProxy(
  policy: AddressPolicy,
  times: EgressTimes,
  resolve: Resolve,
  { tunnel, secureContext }: EgressRoute & { readonly tunnel: ProxyTunnel },
  direct: buildConnector.connector,
): buildConnector.connector {
  const encrypt = buildConnector({
    timeout: times.connect,
    allowH2: false,
    rejectUnauthorized,
    ...(secureContext !== undefined && { secureContext }),
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    const host = options.hostname;
    const port = portOf(options);
    if (!policy.mayConnect(host, port)) return callback(refused('This address may not be reached.'), null);
    if (policy.isListed(host, port) || options.protocol !== 'https:') return direct(options, callback);
    judgeBeforeProxy(policy, host, port, resolve, times.connect)
      .then(async (way) => {
        if (way === 'direct') return direct(options, callback);
        const httpSocket = await tunnel(host, port, times.connect);
        return encrypt({ ...options, httpSocket } as buildConnector.Options, callback);
      })
      .catch((error: unknown) => callback(error instanceof Error ? error : new Error('failed'), null));
  };
}

/**
 * Looks a name up here as well, because what the proxy resolves it to cannot be seen: one blocked address refuses it.
 * A name that only the proxy can resolve passes by its spelling; the proxy has to keep such names off private networks.
 */
async function judgeBeforeProxy(
  policy: AddressPolicy,
  host: string,
  port: number,
  resolve: Resolve,
  patienceMs: number,
): Promise<'proxy' | 'direct'> {
  if (isAddressLiteral(host)) return 'proxy';
  const patience = Promise.withResolvers<undefined>();
  const timer = setTimeout(patience.resolve, patienceMs);
  const found = await Promise.race([resolve(host), patience.promise]).catch(() => undefined);
  clearTimeout(timer);
  if (found === undefined || found.length === 0) return 'proxy';
  if (found.some(({ address }) => !policy.mayResolveTo(host, port, address)))
    throw refused('This address is not public.');
  return found.every(({ address }) => policy.isInListedNetwork(address)) ? 'direct' : 'proxy';
}

function guardedLookup(policy: AddressPolicy, port: number, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (found) => {
        // One bad address refuses the name: a mixed answer is what a rebinding attack looks like.
        if (found.some((entry) => !policy.mayResolveTo(host, port, entry.address))) {
          callback(refused('This address is not public.'), '', 0);
          return;
        }
        const wanted = found
          .filter((entry) => !options.family || entry.family === options.family)
          .map((entry) => ({ ...entry }));
        const first = wanted[0];
        if (first === undefined)
          callback(Object.assign(new Error('No address'), { code: 'ENOTFOUND' }), '', 0);
        else if (options.all) callback(null, wanted);
        else callback(null, first.address, first.family);
      },
      (error: unknown) =>
        callback(Object.assign(new Error('No address'), { code: codeOf(error) ?? 'ENOTFOUND' }), '', 0),
    );
  };
}

function refuseRedirects(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (controller, status, headers, socket) =>
      handler.onRequestUpgrade?.(controller, status, headers, socket),
    onResponseStart(controller, status, headers, statusText) {
      if (status >= 300 && status < 400 && status !== 304)
        controller.abort(refused('The address redirects to another one.'));
      else handler.onResponseStart?.(controller, status, headers, statusText);
    },
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  };
}

/** The `code` of a system or undici error. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
