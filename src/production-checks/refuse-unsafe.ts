import { ConfigError, inspectEnvironment, type Config } from '../config.ts';
import { configFindings } from './config-findings.ts';
import type { Ports } from '../ports/ports.ts';
import { fileFindings } from './file-findings.ts';
import { storedFindings } from './stored-findings.ts';

/** Refuses an unsafe configuration in production before anything is opened. Throws `ConfigError` with every finding. */
export function refuseUnsafe(config: Config): void {
  if (config.mode !== 'production') return;
  const findings = [...configFindings(config), ...fileFindings(config)];
  if (findings.length > 0) throw new ConfigError(findings);
}

/** The embedded database lets one process in, so that beside one that only serves nobody could work on jobs. Throws `ConfigError`. */
export function refuseJoblessServer({ role, databaseUrl }: Pick<Config, 'role' | 'databaseUrl'>): void {
  if (role !== 'serve' || databaseUrl !== undefined) return;
  throw new ConfigError([
    'INDESK_ROLE is serve, but the embedded database lets in one process alone: nobody would send mails, sweep what is over or do any other job. Use both, or name a PostgreSQL in INDESK_DATABASE_URL and start a process that works beside this one.',
  ]);
}

/** Refuses a database that holds connections of a demo. Throws `ConfigError`. */
export async function refuseStored(ports: Pick<Ports, 'database' | 'egress'>): Promise<void> {
  const findings = await storedFindings(ports);
  if (findings.length > 0) throw new ConfigError(findings);
}

/** Every reason why this environment would not start in production; empty when there is none. Opens no connection. */
export function checkConfig(environment?: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { config, wrong } = inspectEnvironment(environment);
  const mode =
    config.mode === 'production' ? [] : ['INDESK_MODE is not production, so nothing of this is enforced.'];
  const named = new Set(wrong.map(variableOf));
  // A default stands in for what could not be read: what it lacks is not the operator's doing.
  const findings = [...mode, ...configFindings(config), ...fileFindings(config)];
  return [...wrong, ...findings.filter((finding) => !named.has(variableOf(finding)))];
}

/** The variable a finding is about: each begins with it. */
export const variableOf = (finding: string): string => /^\w+/.exec(finding)?.[0] ?? '';
