import { isLoopback } from '../kernel/loopback.ts';
import type { Ports } from '../ports/ports.ts';
import { demoAccounts, storedProviders, type StoredProvider } from './demo-queries.ts';

const askTimeoutMs = 2_000;

/** What is stored that must not run in production: demo models, simulators and demo accounts. Names subscriptions by id, never a key. */
export async function storedFindings(ports: Pick<Ports, 'database' | 'egress'>): Promise<readonly string[]> {
  const { database } = ports;
  const findings: string[] = [];
  const simulators = new Map<string, Promise<boolean>>();
  const answersAsSimulator = (origin: string): Promise<boolean> => {
    const known = simulators.get(origin) ?? isSimulator(ports, origin);
    simulators.set(origin, known);
    return known;
  };
  for (const subscriptionId of await database.lookup((lookups) => lookups.subscriptionIds())) {
    const demo = await database.read({ subscriptionId }, demoAccounts);
    if (demo !== undefined)
      findings.push(
        `INDESK_MODE is production, but subscription ${subscriptionId} was connected to the simulators and has ${demo} demo accounts: erase it, or use a database that never held a demo.`,
      );
    for (const provider of await database.read({ subscriptionId }, storedProviders)) {
      const reason = await reasonAgainst(provider, answersAsSimulator);
      if (reason !== undefined)
        findings.push(
          `INDESK_MODE is production, but subscription ${subscriptionId} has a provider connection that ${reason}: replace it, or use a database that never held a demo.`,
        );
    }
  }
  return findings;
}

async function reasonAgainst(
  { demo, baseUrl }: StoredProvider,
  answersAsSimulator: (origin: string) => Promise<boolean>,
): Promise<string | undefined> {
  if (demo) return 'is the offline demo model';
  const url = baseUrl === null ? null : URL.parse(baseUrl);
  if (url === null || !isLoopback(url.hostname)) return undefined;
  return (await answersAsSimulator(url.origin)) ? 'points at a simulator on this machine' : undefined;
}

/** A model of one's own may live on the loopback address; a simulator tells itself by its switches. */
async function isSimulator({ egress }: Pick<Ports, 'egress'>, origin: string): Promise<boolean> {
  try {
    const response = await egress.fetchFor('provider')(`${origin}/_sandbox/state`, {
      signal: AbortSignal.timeout(askTimeoutMs),
    });
    const state: unknown = await response.json();
    return response.ok && typeof state === 'object' && state !== null && 'violations' in state;
  } catch {
    return false;
  }
}
