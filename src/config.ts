import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
const port = z.coerce.number().int().min(0).max(65_535);

/** Every setting, its variable, default and meaning; the reference page is generated from it. */
export const settings = {
  INDESK_HOST: { schema: z.string().default('127.0.0.1'), about: 'Address the server listens on.' },
  INDESK_PORT: { schema: port.default(8700), about: 'Port the server listens on; 0 takes a free one.' },
  INDESK_DATA_DIR: {
    schema: z.string().default(join(homedir(), '.indesk')),
    about: 'Folder of the embedded database, the key file and the control socket.',
  },
  INDESK_DATABASE_URL: {
    schema: z.string().startsWith('postgres').optional(),
    about: 'PostgreSQL to use instead of the embedded database (role without ownership).',
  },
  INDESK_DATABASE_OWNER_URL: {
    schema: z.string().startsWith('postgres').optional(),
    about: 'The same database as its owner, for migrations at the start.',
  },
  INDESK_KEY_FILE: {
    schema: z.string().optional(),
    about: 'File with the root key; default is root.key in the data folder, made on the first start.',
  },
  INDESK_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    about: 'Least level of log lines on standard output.',
  },
  INDESK_SIDEBAR_ORIGINS: {
    schema: list,
    about: 'Extra origins that may frame the sidebar, separated by commas; https://*.zendesk.com always may.',
  },
  INDESK_ALLOWED_PRIVATE: {
    schema: list,
    about:
      'host:port of private or plain-http services the server may call, separated by commas (a model on your own network).',
  },
  INDESK_SANDBOX_URL: {
    schema: z.url().optional(),
    about: 'Address of the simulators; connects a demo subscription to them. Set by `npm start`.',
  },
  INDESK_METRICS_PORT: {
    schema: port.optional(),
    about: 'Port for Prometheus metrics on 127.0.0.1; none when left out.',
  },
  INDESK_SESSION_MINUTES: {
    schema: z.coerce.number().int().min(10).max(60).default(30),
    about: 'How long a sidebar session lasts.',
  },
  INDESK_REQUESTS_PER_MINUTE: {
    schema: z.coerce.number().int().min(1).default(60),
    about: 'Copilot calls a minute for one agent.',
  },
} as const;

type Settings = { readonly [K in keyof typeof settings]: z.output<(typeof settings)[K]['schema']> };

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly databaseUrl: string | undefined;
  readonly databaseOwnerUrl: string | undefined;
  readonly keyFile: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly sidebarOrigins: readonly string[];
  readonly allowedPrivate: readonly string[];
  readonly sandboxUrl: string | undefined;
  readonly metricsPort: number | undefined;
  readonly sessionMinutes: number;
  readonly requestsPerMinute: number;
}

/** Says which variables are wrong and how to mend them; never shows a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads and checks the environment: the only place that does. Throws `ConfigError`. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const read: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [name, { schema, about }] of Object.entries(settings)) {
    const value = environment[name];
    const parsed = schema.safeParse(value === '' ? undefined : value);
    if (parsed.success) read[name] = parsed.data;
    else wrong.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join(', ')}. ${about}`);
  }
  for (const name of Object.keys(environment)) {
    if (name.startsWith('INDESK_') && !(name in settings) && !internal.has(name))
      wrong.push(`${name}: no such setting. See docs/reference/configuration.md.`);
  }
  if (wrong.length > 0) throw new ConfigError(`The configuration is not usable:\n- ${wrong.join('\n- ')}`);
  const s = read as unknown as Settings;
  return {
    host: s.INDESK_HOST,
    port: s.INDESK_PORT,
    dataDirectory: s.INDESK_DATA_DIR,
    databaseUrl: s.INDESK_DATABASE_URL,
    databaseOwnerUrl: s.INDESK_DATABASE_OWNER_URL,
    keyFile: s.INDESK_KEY_FILE ?? join(s.INDESK_DATA_DIR, 'root.key'),
    logLevel: s.INDESK_LOG_LEVEL,
    sidebarOrigins: s.INDESK_SIDEBAR_ORIGINS,
    allowedPrivate: s.INDESK_ALLOWED_PRIVATE,
    sandboxUrl: s.INDESK_SANDBOX_URL,
    metricsPort: s.INDESK_METRICS_PORT,
    sessionMinutes: s.INDESK_SESSION_MINUTES,
    requestsPerMinute: s.INDESK_REQUESTS_PER_MINUTE,
  };
}

/** Set by the launcher, the build and the test runner; not settings of the server. */
const internal = new Set(['INDESK_LAUNCHED', 'INDESK_WEB_OUT', 'INDESK_WEB_DIR']);
