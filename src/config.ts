import { isIP } from 'node:net';
import { availableParallelism, homedir } from 'node:os';
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

const prefixBits = new Map([
  [4, { least: 8, most: 32 }],
  [6, { least: 7, most: 128 }],
]);

/** An address or a range of a network; `true` and numbers of hops would let callers choose their own address. */
function isProxyRange(entry: string): boolean {
  const [address = '', prefix, more] = entry.split('/');
  const bits = prefixBits.get(isIP(address));
  if (bits === undefined || more !== undefined) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= bits.least && Number(prefix) <= bits.most;
}

/** Every setting: its variable, default and meaning. The reference page is generated from it. */
export const settings = {
  mode: {
    variable: 'INDESK_MODE',
    schema: z.enum(['development', 'production']).default('development'),
    about: 'In production the server refuses to start with anything unsafe: see docs/guides/production.md.',
  },
  role: {
    variable: 'INDESK_ROLE',
    schema: z.enum(['serve', 'work', 'both']).default('both'),
    about: 'What this process does: answer requests, work on jobs, or both.',
  },
  host: {
    variable: 'INDESK_HOST',
    schema: z.string().default('127.0.0.1'),
    about: 'Address the server listens on.',
  },
  port: {
    variable: 'INDESK_PORT',
    schema: port.default(8700),
    about: 'Port the server listens on; 0 takes a free one.',
  },
  publicUrl: {
    variable: 'INDESK_PUBLIC_URL',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    about: 'Address people reach the server at: for links in mails and the return from Zendesk.',
  },
  trustedProxies: {
    variable: 'INDESK_TRUSTED_PROXIES',
    schema: list.refine((entries) => entries.every(isProxyRange), 'takes only addresses and CIDR ranges'),
    about:
      'Addresses or CIDR ranges of reverse proxies whose X-Forwarded-For is believed, separated by commas.',
  },
  dataDirectory: {
    variable: 'INDESK_DATA_DIR',
    schema: z.string().default(join(homedir(), '.indesk')),
    about: 'Folder of the embedded database, the key file and the control socket.',
  },
  databaseUrl: {
    variable: 'INDESK_DATABASE_URL',
    schema: z.string().startsWith('postgres').optional(),
    about: 'PostgreSQL to use instead of the embedded database (role without ownership).',
  },
  databaseOwnerUrl: {
    variable: 'INDESK_DATABASE_OWNER_URL',
    schema: z.string().startsWith('postgres').optional(),
    about: 'The same database as its owner, for migrations at the start.',
  },
  databaseCaFile: {
    variable: 'INDESK_DATABASE_CA_FILE',
    schema: z.string().optional(),
    about: 'PEM file with the certificate authority of PostgreSQL, where the system does not know it.',
  },
  redisUrl: {
    variable: 'INDESK_REDIS_URL',
    schema: z
      .string()
      .regex(/^rediss?:\/\//, 'starts with redis:// or rediss://')
      .optional(),
    about: 'Redis for caches, limits and the distribution of jobs; this process alone when left out.',
  },
  redisCaFile: {
    variable: 'INDESK_REDIS_CA_FILE',
    schema: z.string().optional(),
    about: 'PEM file with the certificate authority of Redis, where the system does not know it.',
  },
  redisKeepsNothing: {
    variable: 'INDESK_REDIS_KEEPS_NOTHING',
    schema: z.enum(['yes', 'no']).default('no'),
    about:
      'Set to yes to vouch that Redis writes nothing to disk, where a managed Redis does not let the program look.',
  },
  keyFile: {
    variable: 'INDESK_KEY_FILE',
    schema: z.string().optional(),
    about: 'File with the root key; default is root.key in the data folder, made on the first start.',
  },
  rootKey: {
    variable: 'INDESK_ROOT_KEY',
    schema: z.string().optional(),
    about: 'The root key itself (32 bytes, base64), instead of a file.',
  },
  nextKeyFile: {
    variable: 'INDESK_NEXT_KEY_FILE',
    schema: z.string().optional(),
    about: 'File with the root key that is to replace the present one: see the guide on keys.',
  },
  logLevel: {
    variable: 'INDESK_LOG_LEVEL',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    about: 'Least level of log lines on standard output.',
  },
  sidebarOrigins: {
    variable: 'INDESK_SIDEBAR_ORIGINS',
    schema: list,
    about: 'Extra origins that may frame the sidebar, separated by commas; https://*.zendesk.com always may.',
  },
  allowedPrivate: {
    variable: 'INDESK_ALLOWED_PRIVATE',
    schema: list,
    about:
      'host:port of private or plain-http services the server may call, separated by commas (a model on your own network).',
  },
  egressProxy: {
    variable: 'INDESK_EGRESS_PROXY',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    about: 'HTTP proxy (CONNECT) through which the server calls Zendesk and AI providers.',
  },
  egressCaFile: {
    variable: 'INDESK_EGRESS_CA_FILE',
    schema: z.string().optional(),
    about: 'PEM file with further certificate authorities for outgoing calls, for a proxy that inspects TLS.',
  },
  sandboxUrl: {
    variable: 'INDESK_SANDBOX_URL',
    schema: z.url().optional(),
    about: 'Address of the simulators; connects a demo subscription to them. Set by `npm start`.',
  },
  zendeskClientId: {
    variable: 'INDESK_ZENDESK_CLIENT_ID',
    schema: z.string().optional(),
    about: 'Identifier of the global OAuth client Zendesk gave the operator.',
  },
  zendeskClientSecretFile: {
    variable: 'INDESK_ZENDESK_CLIENT_SECRET_FILE',
    schema: z.string().optional(),
    about: 'File with the secret of that client.',
  },
  confluenceClientId: {
    variable: 'INDESK_CONFLUENCE_CLIENT_ID',
    schema: z.string().optional(),
    about: 'Client id of the operator’s OAuth 2.0 (3LO) app at Atlassian.',
  },
  confluenceClientSecretFile: {
    variable: 'INDESK_CONFLUENCE_CLIENT_SECRET_FILE',
    schema: z.string().optional(),
    about: 'File with the secret of that app; needed with its client id.',
  },
  smtpUrl: {
    variable: 'INDESK_SMTP_URL',
    schema: z
      .string()
      .regex(/^smtps?:\/\//, 'starts with smtp:// or smtps://')
      .optional(),
    about: 'Mail server for invitations and links; mails cannot be sent when left out.',
  },
  mailFrom: {
    variable: 'INDESK_MAIL_FROM',
    schema: z.email().default('indesk@localhost.localdomain'),
    about: 'Sender of the mails.',
  },
  metricsHost: {
    variable: 'INDESK_METRICS_HOST',
    schema: z.string().default('127.0.0.1'),
    about: 'Address of the listener for Prometheus metrics.',
  },
  metricsPort: {
    variable: 'INDESK_METRICS_PORT',
    schema: port.optional(),
    about: 'Port of that listener; none when left out.',
  },
  metricsTokenFile: {
    variable: 'INDESK_METRICS_TOKEN_FILE',
    schema: z.string().optional(),
    about: 'File with the bearer token a scraper must send; needed off the loopback address.',
  },
  embeddingModel: {
    variable: 'INDESK_EMBEDDING_MODEL',
    schema: z.string().optional(),
    about:
      'Directory of the embedding model (SentenceTransformers with ONNX, 768 dimensions); default is embedding-model in the data folder, filled by npm run model -- fetch.',
  },
  embeddingThreads: {
    variable: 'INDESK_EMBEDDING_THREADS',
    schema: z.coerce.number().int().min(1).max(64).optional(),
    about: 'Processor threads one text is embedded with; default is half of the processors.',
  },
  sessionMinutes: {
    variable: 'INDESK_SESSION_MINUTES',
    schema: z.coerce.number().int().min(10).max(60).default(30),
    about: 'How long a sidebar session lasts.',
  },
  accessTokenMinutes: {
    variable: 'INDESK_ACCESS_TOKEN_MINUTES',
    schema: z.coerce.number().int().min(1).max(60).default(10),
    about: 'How long an access token of the console lasts.',
  },
  requestsPerMinute: {
    variable: 'INDESK_REQUESTS_PER_MINUTE',
    schema: z.coerce.number().int().min(1).default(60),
    about: 'Copilot calls a minute for one agent.',
  },
  auditDays: {
    variable: 'INDESK_AUDIT_DAYS',
    schema: z.coerce.number().int().min(30).max(3_650).default(400),
    about: 'Days an audit event stays, for every subscription that is not under legal hold.',
  },
  drainSeconds: {
    variable: 'INDESK_DRAIN_SECONDS',
    schema: z.coerce.number().int().min(0).max(20).default(0),
    about: 'How long a stopping server still answers while the load balancer looks elsewhere; 5 behind one.',
  },
} as const;

type Values = { readonly [K in keyof typeof settings]: z.output<(typeof settings)[K]['schema']> };
export type Config = Omit<Values, 'keyFile' | 'embeddingModel' | 'embeddingThreads'> & {
  readonly keyFile: string;
  readonly embeddingModel: string;
  readonly embeddingThreads: number;
  /** True when the environment tells Node to believe every certificate. */
  readonly certificatesUnchecked: boolean;
};

/** Says which variables are wrong and how to mend them; never shows a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(wrong: readonly string[]) {
    super(`The configuration is not usable:\n- ${wrong.join('\n- ')}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the environment: the only place that does. Throws `ConfigError`. */
export function readConfig(environment: Environment = process.env): Config {
  const { config, wrong } = inspectEnvironment(environment);
  if (wrong.length > 0) throw new ConfigError(wrong);
  return config;
}

/** The configuration with defaults in place of what cannot be read, and a sentence for each of those. */
export function inspectEnvironment(environment: Environment = process.env): {
  readonly config: Config;
  readonly wrong: readonly string[];
} {
  const read: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [name, { variable, schema, about }] of Object.entries(settings)) {
    const value = environment[variable];
    const parsed = schema.safeParse(value === '' ? undefined : value);
    read[name] = parsed.success ? parsed.data : schema.parse(undefined);
    if (!parsed.success)
      wrong.push(`${variable}: ${parsed.error.issues.map((issue) => issue.message).join(', ')}. ${about}`);
  }
  const known = new Set<string>(Object.values(settings).map(({ variable }) => variable));
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('INDESK_') && !known.has(variable) && !internal.has(variable))
      wrong.push(`${variable}: no such setting. See docs/reference/configuration.md.`);
  }
  const values = read as unknown as Values;
  const config: Config = {
    ...values,
    keyFile: values.keyFile ?? join(values.dataDirectory, 'root.key'),
    embeddingModel: values.embeddingModel ?? join(values.dataDirectory, 'embedding-model'),
    embeddingThreads: values.embeddingThreads ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    certificatesUnchecked: environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0',
  };
  return { config, wrong };
}

/** Set by the launcher, the build and the test runner; not settings of the server. */
const internal = new Set(['INDESK_LAUNCHED', 'INDESK_WEB_OUT', 'INDESK_WEB_DIR']);
