import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { blockedNetworks, publicNetworks } from '../src/adapters/egress/blocked-networks.ts';

/** The second layer behind the server's own guard, relative to the project. */
export const egressPolicyFile = 'deploy/kubernetes/egress-cidrs.yaml';

/** A NetworkPolicy that lets the server reach port 443 of every address but those its own guard refuses. */
export function renderEgressPolicy(): string {
  const blocks = (['ipv4', 'ipv6'] as const).map((family) =>
    [
      '        - ipBlock:',
      `            cidr: ${publicNetworks[family]}`,
      '            except:',
      ...blockedNetworks[family].map((network) => `              - ${network}`),
    ].join('\n'),
  );
  return `# Generated from src/adapters/egress/blocked-networks.ts by scripts/generate-egress-policy.ts: change it there.
# A model on a private network or a proxy needs a policy of its own beside this one.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: indesk-egress-public
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: indesk
  policyTypes:
    - Egress
  egress:
    - to:
${blocks.join('\n')}
      ports:
        - protocol: TCP
          port: 443
`;
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '..', egressPolicyFile);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, renderEgressPolicy());
}
