import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from './adapters/logging/logger.ts';
import { inspectSmtp } from './adapters/mail/inspect-smtp.ts';
import { inspectLogin, inspectOwner } from './adapters/postgres/inspect-postgres.ts';
import { inspectRedis } from './adapters/redis/inspect-redis.ts';
import { DatabaseError, DatabaseSetupError } from './adapters/sql/errors.ts';
import { settings, type Config } from './config.ts';
import { storedFindings } from './production-checks/stored-findings.ts';
import { openDatabase } from './start-database.ts';
import { egressOf } from './start-egress.ts';

/** What was tried: `seen` says what works, `findings` what does not and what to do, each beginning with its variable. */
export interface ConnectionReport {
  readonly seen: readonly string[];
  readonly findings: readonly string[];
}

type Look = () => Promise<ConnectionReport>;
type Setting = keyof typeof settings;

const longestMs = 15_000;
const nothing: ConnectionReport = { seen: [], findings: [] };

/**
 * Tries PostgreSQL, Redis and the mail server as the server would use them, at the same time, for at most 15 seconds.
 * Changes nothing. What `unfit` names is not tried: a connection that is not safe must not be shown the password.
 */
export async function tryConnections(config: Config, unfit: ReadonlySet<string>): Promise<ConnectionReport> {
  const looks: readonly (readonly [needs: readonly Setting[], look: Look])[] = [
    [['databaseUrl', 'databaseCaFile'], () => lookAtDatabase(config, unfit)],
    [['redisUrl', 'redisCaFile'], () => lookAtRedis(config)],
    [['smtpUrl'], () => lookAtMail(config)],
  ];
  const reports = await Promise.all(
    looks
      .map(([needs, look]) => ({ variables: needs.map((name) => settings[name].variable), look }))
      .filter(({ variables }) => !variables.some((variable) => unfit.has(variable)))
      .map(({ variables: [variable = ''], look }) => inTime(variable, look)),
  );
  return {
    seen: reports.flatMap(({ seen }) => seen),
    findings: reports.flatMap(({ findings }) => findings),
  };
}

async function inTime(variable: string, look: Look): Promise<ConnectionReport> {
  const stop = new AbortController();
  const late = sleep(longestMs, undefined, { signal: stop.signal }).then(
    () => say(variable, `no answer within ${longestMs / 1000} seconds: see host, port and firewall.`),
    () => nothing,
  );
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    const isTold = error instanceof DatabaseSetupError || error instanceof DatabaseError;
    return say(variable, isTold ? `${error.message}.` : 'could not be tried.');
  } finally {
    stop.abort();
  }
}

const say = (variable: string, ...sentences: readonly string[]): ConnectionReport => ({
  seen: [],
  findings: sentences.map((sentence) => `${variable}: ${sentence}`),
});

async function lookAtDatabase(config: Config, unfit: ReadonlySet<string>): Promise<ConnectionReport> {
  const { databaseUrl, databaseOwnerUrl, databaseCaFile: caFile } = config;
  if (databaseUrl === undefined) return nothing;
  const tls = { requireVerifiedTls: true, ...(caFile !== undefined && { caFile }) };
  const { findings, missing } = await inspectLogin(databaseUrl, tls);
  const ownerVariable = settings.databaseOwnerUrl.variable;
  const mayMigrate = databaseOwnerUrl !== undefined && !unfit.has(ownerVariable);
  const owner = mayMigrate
    ? await inspectOwner(databaseOwnerUrl, tls).catch((error: unknown) => {
        if (error instanceof DatabaseSetupError) return { findings: [error.message] };
        throw error;
      })
    : { findings: [] };
  const pending =
    missing.length === 0 || databaseOwnerUrl !== undefined
      ? []
      : [
          `${missing.length} migrations are not applied: name the login that may apply them in ${ownerVariable}`,
        ];
  const wrong = [
    ...say(settings.databaseUrl.variable, ...[...findings, ...pending].map((one) => `${one}.`)).findings,
    ...say(ownerVariable, ...owner.findings.map((one) => `${one}.`)).findings,
  ];
  if (wrong.length > 0) return { seen: [], findings: wrong };
  const state =
    missing.length === 0 ? 'migrations at head' : `${missing.length} migrations to be applied at the start`;
  return {
    seen: [`database: TLS verified, login app_rw owns nothing, ${state}`],
    findings: missing.length === 0 ? await lookAtStored(config) : [],
  };
}

/** What is stored and must not run in production. */
async function lookAtStored(config: Config): Promise<readonly string[]> {
  const logger = createLogger({ level: 'silent' });
  const database = await openDatabase({ ...config, databaseOwnerUrl: undefined }, logger);
  const egress = egressOf(config);
  try {
    return await storedFindings({ database, egress });
  } finally {
    await Promise.all([database.close(), egress.close()]);
  }
}

async function lookAtRedis({ redisUrl, redisCaFile, redisKeepsNothing }: Config): Promise<ConnectionReport> {
  if (redisUrl === undefined)
    return { seen: ['Redis: none, so this must be the only process of the installation'], findings: [] };
  const findings = await inspectRedis({ url: redisUrl, caFile: redisCaFile }, redisKeepsNothing === 'yes');
  if (findings.length > 0) return say(settings.redisUrl.variable, ...findings);
  return { seen: ['Redis: asks for a password, writes nothing to disk'], findings: [] };
}

async function lookAtMail({ smtpUrl }: Config): Promise<ConnectionReport> {
  if (smtpUrl === undefined)
    return { seen: ['mail: no server, so invitations and links cannot be sent'], findings: [] };
  const finding = await inspectSmtp(smtpUrl);
  if (finding !== undefined) return say(settings.smtpUrl.variable, finding);
  return { seen: ['mail: the server lets this login in'], findings: [] };
}
