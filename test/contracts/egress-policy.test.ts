import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { egressPolicyFile, renderEgressPolicy } from '../../scripts/generate-egress-policy.ts';
import { isPublicAddress } from '../../src/adapters/egress/blocked-addresses.ts';

interface Policy {
  readonly spec: {
    readonly egress: readonly {
      readonly to: readonly {
        readonly ipBlock: { readonly cidr: string; readonly except: readonly string[] };
      }[];
    }[];
  };
}

const stored = readFileSync(join(import.meta.dirname, '../..', egressPolicyFile), 'utf8');
const blocks = (parse(stored) as Policy).spec.egress.flatMap(({ to }) => to.map(({ ipBlock }) => ipBlock));

/** What a cluster with this policy would let out. */
function letsOut(address: string): boolean {
  const parsed = ipaddr.parse(address);
  const within = (network: string): boolean => {
    const range = ipaddr.parseCIDR(network);
    return range[0].kind() === parsed.kind() && parsed.match(range);
  };
  return blocks.some(({ cidr, except }) => within(cidr) && !except.some(within));
}

const edges = blocks
  .flatMap(({ except }) => except)
  .flatMap((network) => {
    const [first, bits] = ipaddr.parseCIDR(network);
    const bytes = first.toByteArray();
    const last = bytes.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, bits - index * 8))));
    return [bytes, last].map((edge) => ipaddr.fromByteArray(edge).toString());
  });

it('S102: the policy in the repository is the one the table of blocked networks makes', () => {
  expect(stored).toBe(renderEgressPolicy());
});

it('S102: the policy and the guard agree at both edges of every blocked network', () => {
  expect(edges.length).toBeGreaterThan(40);
  for (const edge of edges)
    expect([edge, letsOut(edge), isPublicAddress(edge)]).toEqual([edge, false, false]);
});

it('S102: the policy and the guard agree on addresses drawn at random', () => {
  const bytes = (length: number) =>
    fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((drawn) => ipaddr.fromByteArray([...drawn]).toString());
  const special = fc.constantFrom(0x20, 0x26, 0x2a, 0x3f);
  const ipv6 = fc.tuple(special, bytes(16)).map(([first, address]) => {
    const drawn = ipaddr.parse(address).toByteArray();
    return ipaddr.fromByteArray([first, ...drawn.slice(1)]).toString();
  });
  fc.assert(
    fc.property(fc.oneof(bytes(4), ipv6), (address) => letsOut(address) === isPublicAddress(address)),
    { numRuns: 5_000 },
  );
});
