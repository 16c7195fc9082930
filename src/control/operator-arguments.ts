import type { ControlRequest } from './commands.ts';

/** Options of the operator's commands. */
export const operatorOptions = {
  plan: { type: 'string' },
  tier: { type: 'string' },
  email: { type: 'string' },
  expires: { type: 'string' },
  days: { type: 'string' },
  requests: { type: 'string' },
  tokens: { type: 'string' },
  seats: { type: 'string' },
  'ai-agents': { type: 'string' },
  reference: { type: 'string' },
} as const;

/** Lines of the usage text. */
export const operatorUsage = `  subscription create NAME  [--plan P] [--tier T] [--email E] [--expires 2027-01-31]
                  [--requests N] [--tokens N] [--seats N] [--ai-agents N]     limits; none when left out
  subscription list
  subscription suspend|resume|rotate-key|lift-hold NAME
  subscription renew NAME --expires DATE|never
  subscription hold NAME --reference CASE     legal hold: nothing is swept or erased
  subscription delete NAME [--days 7]         can be resumed until then
  subscription erase NAME                     for good, now
  subscription purge-expired [--days 30]      erases what ended that long ago, and sweeps what is over
  ai-agents stop|resume|status [NAME]         of every subscription, or of one; within seconds
  token create LABEL --scopes a,b --days N    an admin token, shown once
  token list
  token revoke ID
  operator code   a new one-time code for the first operator`;

type Values = Readonly<Record<string, string | boolean | undefined>>;

const plain = new Set(['suspend', 'resume', 'rotate-key', 'lift-hold', 'erase']);

/** The request an operator's command line asks for; undefined when it is none. */
export function operatorRequest(words: readonly string[], values: Values): ControlRequest | undefined {
  const [noun, verb, subject] = words;
  const text = (name: string): string | undefined =>
    typeof values[name] === 'string' ? values[name] : undefined;
  const days = text('days') === undefined ? {} : { days: Number(text('days')) };
  if (noun === 'operator' && verb === 'code') return { command: 'operator-code', input: null };
  if (noun === 'ai-agents') return aiAgentsRequest(verb, subject);
  if (noun === 'token') return tokenRequest(verb, subject, text);
  if (noun !== 'subscription') return undefined;
  if (verb === 'list') return { command: 'subscription-list', input: null };
  if (verb === 'purge-expired') return { command: 'subscription-purge-expired', input: days };
  if (subject === undefined || verb === undefined) return undefined;
  if (verb === 'create') return { command: 'subscription-create', input: newSubscription(subject, text) };
  const input = { name: subject };
  if (plain.has(verb)) return { command: `subscription-${verb}`, input };
  if (verb === 'delete') return { command: 'subscription-delete', input: { ...input, ...days } };
  if (verb === 'hold')
    return { command: 'subscription-hold', input: { ...input, reference: text('reference') } };
  const expires = text('expires');
  if (verb !== 'renew' || expires === undefined) return undefined;
  return {
    command: 'subscription-renew',
    input: { ...input, expiresAt: expires === 'never' ? null : expires },
  };
}

/** Without a name: of every subscription of the host. */
function aiAgentsRequest(verb: string | undefined, name: string | undefined): ControlRequest | undefined {
  if (verb !== 'stop' && verb !== 'resume' && verb !== 'status') return undefined;
  return { command: `ai-agents-${verb}`, input: { name: name ?? null } };
}

function tokenRequest(
  verb: string | undefined,
  subject: string | undefined,
  text: (name: string) => string | undefined,
): ControlRequest | undefined {
  if (verb === 'list') return { command: 'token-list', input: null };
  if (subject === undefined) return undefined;
  if (verb === 'revoke') return { command: 'token-revoke', input: { id: subject } };
  if (verb !== 'create') return undefined;
  const scopes = text('scopes')?.split(',') ?? [];
  return {
    command: 'token-create',
    input: { label: subject, scopes, expiresInDays: Number(text('days')) },
  };
}

function newSubscription(name: string, text: (name: string) => string | undefined): object {
  // What is no number must be refused and not become "no limit".
  const limit = (option: string): number | null => {
    const given = text(option);
    if (given === undefined) return null;
    return /^\d{1,12}$/.test(given) ? Number(given) : -1;
  };
  const expires = text('expires');
  return {
    name,
    ...(text('plan') !== undefined && { plan: text('plan') }),
    ...(text('tier') !== undefined && { tier: text('tier') }),
    ...(text('email') !== undefined && { contactEmail: text('email') }),
    ...(expires !== undefined && {
      expiresAt: expires.length === 10 ? `${expires}T00:00:00Z` : expires,
    }),
    limits: {
      requests: limit('requests'),
      tokens: limit('tokens'),
      seats: limit('seats'),
      aiAgents: limit('ai-agents'),
    },
  };
}
