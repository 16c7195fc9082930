import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network like `10.20.0.0/16` that the operator allows although it is not public. */
export type Network = [Address, number];

const globalUnicastV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

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
  if (parsed === undefined || parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicastV6);
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
