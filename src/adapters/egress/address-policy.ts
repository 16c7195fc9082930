import ipaddr from 'ipaddr.js';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { EgressPurpose } from '../../ports/egress.ts';
import {
  isAddressLiteral,
  isInNetworks,
  isPrivateOrPublicAddress,
  isPublicAddress,
  withoutBrackets,
  type Network,
} from './blocked-addresses.ts';

export interface AddressPolicyOptions {
  /** `host:port` or CIDR that a provider may live at although it is not public. */
  readonly allowedPrivate: readonly string[];
  /** `host:port` that may stand in for `*.zendesk.com`. */
  readonly zendeskHosts: readonly string[];
  /** `host:port` that may stand in for Confluence Cloud. */
  readonly confluenceHosts: readonly string[];
  /** `host:port` that counts as a public web site although it is none. */
  readonly webHosts: readonly string[];
}

/** What may be called for one purpose, asked before the call and again for every address a name resolves to. */
export interface AddressPolicy {
  /** Throws `ProblemError('egress-refused')`. */
  checkUrl(url: string | URL): URL;
  /** The host and port as `URL` writes them, with the port filled in. */
  mayConnect(host: string, port: number): boolean;
  mayResolveTo(host: string, port: number, address: string): boolean;
  /** True for what the operator has listed: reached directly even where there is a proxy. */
  isListed(host: string, port: number): boolean;
  /** True for an address in a network that the operator has listed. */
  isInListedNetwork(address: string): boolean;
}

const zendeskHost = /^[a-z0-9][a-z0-9-]{1,62}\.zendesk\.com$/;
const confluenceHost = /^[a-z0-9][a-z0-9-]{0,62}\.atlassian\.net$|^(?:api|auth)\.atlassian\.com$/;
const localNames = /^(?:localhost|metadata\.goog)$|\.(?:localhost|local|internal|lan|home\.arpa)$/;
const longestUrl = 16_384;

/** Builds the policy of one purpose; throws a plain Error for an entry that is neither host:port nor CIDR. */
export function createAddressPolicy(purpose: EgressPurpose, options: AddressPolicyOptions): AddressPolicy {
  const entries = listedFor(purpose, options);
  const networks = entries.filter((entry) => entry.includes('/')).map(parseNetwork);
  const endpoints = new Set(entries.filter((entry) => !entry.includes('/')).map(parseEndpoint));

  const isListed = (host: string, port: number): boolean => endpoints.has(`${host}:${port}`);
  const isListedLiteral = (host: string): boolean => isInNetworks(withoutBrackets(host), networks);
  const refusal = (host: string, port: number): string | undefined => {
    if (isListed(host, port) || isListedLiteral(host)) return undefined;
    if (port !== 443) return 'Only port 443 may be used.';
    if (purpose === 'zendesk')
      return zendeskHost.test(host) ? undefined : 'This is not an address of a Zendesk account.';
    if (purpose === 'confluence')
      return confluenceHost.test(host) ? undefined : 'This is not an address of Confluence Cloud.';
    if (isAddressLiteral(host))
      return isPublicAddress(withoutBrackets(host)) ? undefined : 'This address is not public.';
    return !host.includes('.') || host.endsWith('.') || localNames.test(host)
      ? 'This address is not public.'
      : undefined;
  };

  return {
    checkUrl(input) {
      const url = parseUrl(input);
      const port = portOf(url);
      const listed = isListed(url.hostname, port) || isListedLiteral(url.hostname);
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && listed))
        throw refused('Only https may be used.');
      if (url.username !== '' || url.password !== '')
        throw refused('An address with a user name may not be used.');
      const reason = refusal(url.hostname, port);
      if (reason !== undefined) throw refused(reason);
      return url;
    },
    mayConnect: (host, port) => refusal(host, port) === undefined,
    mayResolveTo(host, port, address) {
      if (isListed(host, port)) return isPrivateOrPublicAddress(address) || withoutBrackets(host) === address;
      return isPublicAddress(address) || isInNetworks(address, networks);
    },
    isListed: (host, port) => isListed(host, port) || isListedLiteral(host),
    isInListedNetwork: (address) => isInNetworks(address, networks),
  };
}

/** What the operator allows for a private model is not allowed for a web page that a tenant names. */
function listedFor(purpose: EgressPurpose, options: AddressPolicyOptions): readonly string[] {
  if (purpose === 'zendesk') return options.zendeskHosts;
  if (purpose === 'confluence') return options.confluenceHosts;
  return purpose === 'web' ? options.webHosts : options.allowedPrivate;
}

/** The one error for everything the policy does not allow; the detail never names what a host resolved to. */
export function refused(detail: string): ProblemError {
  return new ProblemError('egress-refused', { detail });
}

function parseUrl(input: string | URL): URL {
  if (String(input).length > longestUrl) throw refused('The address is too long.');
  const url = URL.parse(input);
  if (url === null) throw refused('This is not an address.');
  return url;
}

/** The port of a URL with the scheme's own filled in. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'http:' ? 80 : 443;
}

function parseNetwork(entry: string): Network {
  if (!ipaddr.isValidCIDR(entry)) throw new Error(`Neither host:port nor a network: ${entry}`);
  return ipaddr.parseCIDR(entry);
}

function parseEndpoint(entry: string): string {
  const [, host, port] = /^(\[[0-9a-f:.]+\]|[^\s:/@?#]+):(\d{1,5})$/i.exec(entry) ?? [];
  const url = host === undefined ? null : URL.parse(`http://${host}/`);
  if (url === null || Number(port) < 1 || Number(port) > 65_535)
    throw new Error(`Neither host:port nor a network: ${entry}`);
  return `${url.hostname}:${Number(port)}`;
}
