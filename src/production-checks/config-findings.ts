import type { Config } from '../config.ts';
import { settings } from '../config.ts';
import { isLoopback } from '../kernel/loopback.ts';
import { rootKeyFinding } from './root-key-findings.ts';

type Name = keyof typeof settings;
type Rule = (config: Config) => readonly (string | undefined)[];

const say = (name: Name, sentence: string): string => `${settings[name].variable} ${sentence}`;

const rules: readonly Rule[] = [
  database,
  redis,
  mail,
  publicAddress,
  rootKey,
  ({ sandboxUrl }) => [
    sandboxUrl === undefined
      ? undefined
      : say('sandboxUrl', 'connects simulators, a demo model and demo accounts: leave it out.'),
  ],
  ({ certificatesUnchecked }) => [
    certificatesUnchecked
      ? 'NODE_TLS_REJECT_UNAUTHORIZED is 0, so that every forged certificate would be believed: leave it out and name the authority in INDESK_EGRESS_CA_FILE, INDESK_DATABASE_CA_FILE or INDESK_REDIS_CA_FILE.'
      : undefined,
  ],
  ({ metricsHost, metricsPort, metricsTokenFile }) => [
    metricsPort !== undefined && metricsTokenFile === undefined && !isLoopback(metricsHost)
      ? say('metricsTokenFile', 'is missing, and INDESK_METRICS_HOST is not a loopback address.')
      : undefined,
  ],
  ({ sidebarOrigins }) => [
    sidebarOrigins.some((origin) => !isExactOrigin(origin))
      ? say('sidebarOrigins', 'takes exact https origins, without wildcard or path.')
      : undefined,
  ],
  ({ logLevel }) => [
    logLevel === 'debug' ? say('logLevel', 'is debug, which is for development alone.') : undefined,
  ],
];

/** Everything that makes a configuration unsafe for production, each with its variable and never with a value; reads no file and opens no connection. */
export function configFindings(config: Config): readonly string[] {
  return rules.flatMap((rule) => rule(config)).filter((finding) => finding !== undefined);
}

function database({ databaseUrl, databaseOwnerUrl }: Config): readonly (string | undefined)[] {
  return [
    databaseUrl === undefined
      ? say('databaseUrl', 'is missing: the embedded database is for one machine and trial use.')
      : databaseAddress('databaseUrl', databaseUrl),
    databaseOwnerUrl === undefined ? undefined : databaseAddress('databaseOwnerUrl', databaseOwnerUrl),
    databaseOwnerUrl !== undefined && loginOf(databaseOwnerUrl) === loginOf(databaseUrl ?? '')
      ? say('databaseUrl', 'has the same login as INDESK_DATABASE_OWNER_URL, which owns the tables.')
      : undefined,
  ];
}

// node-postgres takes weaker modes for verify-full today and announces that it will stop doing so.
function databaseAddress(name: Name, text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return say(name, 'cannot be read as postgres://user:password@host/database.');
  const modes = url.searchParams.getAll('sslmode');
  const others = ['ssl', 'uselibpqcompat', 'sslnegotiation'].filter((one) => url.searchParams.has(one));
  if (modes.length !== 1 || modes[0] !== 'verify-full' || others.length > 0)
    return say(name, 'must end in ?sslmode=verify-full, with no other setting of TLS beside it.');
  if (url.hostname === '' || url.searchParams.has('host') || url.searchParams.has('hostaddr'))
    return say(name, 'must name a host, because TLS is not used over a socket file.');
  return url.password === '' && !url.searchParams.has('sslcert')
    ? say(name, 'holds no password, so anybody could use that login.')
    : undefined;
}

const loginOf = (text: string): string | undefined => URL.parse(text)?.username;

function redis({ redisUrl }: Config): readonly (string | undefined)[] {
  if (redisUrl === undefined) return [];
  const url = URL.parse(redisUrl);
  if (url === null) return [say('redisUrl', 'cannot be read as rediss://user:password@host.')];
  return [
    url.password === '' ? say('redisUrl', 'holds no password: Redis must ask for one.') : undefined,
    url.protocol !== 'rediss:' && !isLoopback(url.hostname)
      ? say('redisUrl', 'must start with rediss://, because Redis is not on the loopback address.')
      : undefined,
    url.search.includes('ejectUnauthorized')
      ? say('redisUrl', 'switches the check of certificates off.')
      : undefined,
  ];
}

// The mailer demands STARTTLS and a verified certificate of any smtp:// server off the loopback address.
function mail({ smtpUrl }: Config): readonly (string | undefined)[] {
  if (smtpUrl === undefined) return [];
  const url = URL.parse(smtpUrl);
  if (url === null) return [say('smtpUrl', 'cannot be read as smtps://user:password@host.')];
  return [
    url.search === ''
      ? undefined
      : say('smtpUrl', 'takes nothing after the host: the check of certificates cannot be switched off.'),
  ];
}

function publicAddress({ publicUrl }: Config): readonly (string | undefined)[] {
  if (publicUrl === undefined)
    return [say('publicUrl', 'is missing: links in mails need it, and workers mail them.')];
  return [
    publicUrl.startsWith('https://') ? undefined : say('publicUrl', 'must start with https://.'),
    isLoopback(new URL(publicUrl).hostname)
      ? say('publicUrl', 'is a loopback address, which nobody else can open.')
      : undefined,
  ];
}

function rootKey(config: Config): readonly (string | undefined)[] {
  if (config.rootKey === undefined) return [];
  const finding = rootKeyFinding(config.rootKey);
  return [
    finding === undefined ? undefined : say('rootKey', `${finding}: make one with openssl rand -base64 32.`),
  ];
}

const isExactOrigin = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && url.protocol === 'https:' && url.origin === text && !text.includes('*');
};
