import ipaddr from 'ipaddr.js';
import { blockedNetworks, publicNetworks } from './blocked-networks.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network like `10.20.0.0/16` that the operator allows although it is not public. */
export type Network = [Address, number];

const blocked = {
  ipv4: blockedNetworks.ipv4.map((network) => ipaddr.IPv4.parseCIDR(network)),
  ipv6: blockedNetworks.ipv6.map((network) => ipaddr.IPv6.parseCIDR(network)),
};
const globalUnicastV6 = ipaddr.IPv6.parseCIDR(publicNetworks.ipv6);

/** Private kinds of address that a host allowed by name may resolve to; link-local and multicast never are. */
const privateRanges: ReadonlySet<string> = new Set([
  'unicast',
  'private',
  'loopback',
  'uniqueLocal',
  'carrierGradeNat',
]);

/** Where clouds hand out credentials; both lie in ranges that are otherwise merely private. */
const metadataAddresses: ReadonlySet<string> = new Set(['100.100.100.200', 'fd00:ec2::254']);

function parse(address: string): Address | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

/** True for an address on the public internet; IPv4 inside of IPv6 in any notation is not. */
export function isPublicAddress(address: string): boolean {
  const parsed = parse(address);
  // The library's own opinion counts too: whichever of the two knows a special range has the last word.
  if (parsed === undefined || parsed.range() !== 'unicast') return false;
  if (parsed instanceof ipaddr.IPv4) return !blocked.ipv4.some((network) => parsed.match(network));
  return parsed.match(globalUnicastV6) && !blocked.ipv6.some((network) => parsed.match(network));
}

/** True for what a host that the operator has allowed by name may resolve to. */
export function isPrivateOrPublicAddress(address: string): boolean {
  const parsed = parse(address);
  return (
    parsed !== undefined && privateRanges.has(parsed.range()) && !metadataAddresses.has(parsed.toString())
  );
}

/** True when the address lies in one of the networks. */
export function isInNetworks(address: string, networks: readonly Network[]): boolean {
  const parsed = parse(address);
  return (
    parsed !== undefined &&
    networks.some((network) => parsed.kind() === network[0].kind() && parsed.match(network))
  );
}

/** True for an IP address in the notation of `URL.hostname`, with or without brackets. */
export function isAddressLiteral(host: string): boolean {
  return ipaddr.isValid(withoutBrackets(host));
}

/** `[::1]` as `::1`. */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
