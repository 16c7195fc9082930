/** Every network that no public name may lead to, in one list: the guard asks it, and the egress policy for Kubernetes is generated from it. */
export const blockedNetworks = {
  ipv4: [
    // This network, loopback, link-local (and the clouds' metadata in it).
    '0.0.0.0/8',
    '127.0.0.0/8',
    '169.254.0.0/16',
    // Private and shared by a carrier.
    '10.0.0.0/8',
    '100.64.0.0/10',
    '172.16.0.0/12',
    '192.168.0.0/16',
    // Protocol assignments, documentation, 6to4 relays, AS112, AMT, benchmarking.
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.175.48.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    // Multicast, reserved, broadcast.
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  /** Within `publicNetworks.ipv6`; all else of IPv6 is blocked for not being in there. */
  ipv6: [
    // Protocol assignments: Teredo, benchmarking, AMT, AS112, ORCHID, drone identifiers.
    '2001::/23',
    '2001:4:112::/48',
    '2001:db8::/32',
    '2002::/16',
    '2620:4f:8000::/48',
    '3fff::/20',
  ],
} as const;

/** What remains of each family once the blocked networks are taken out. */
export const publicNetworks = { ipv4: '0.0.0.0/0', ipv6: '2000::/3' } as const;
