import { keyOptions, keyRequest, keyUsage } from './key-arguments.ts';
import { operatorOptions, operatorRequest, operatorUsage } from './operator-arguments.ts';
import type { ControlRequest } from './commands.ts';

/** What the command line says about itself. */
export const commandUsage = `Usage: npm run indesk -- COMMAND

  connect zendesk --subdomain NAME --client-id ID [--scopes "read tickets:write"] [--brands 1,2]
                  [--app-id N --installation-id N]     the client secret is asked for, or read from standard input
  connect zendesk --oauth --subdomain NAME [--client-id ID]
                  by a person's consent in the browser; without a client id, with the client of this server
  disconnect zendesk
  provider add    --kind KIND --model MODEL [--base-url URL] [--context-window TOKENS]
                  the key is asked for, or read from standard input
                  KIND: openai anthropic google mistral deepseek xai moonshot openrouter openai-compatible
  provider remove --label NAME
  provider test   tries key, streaming and structured output without sending any ticket
  feature on|off NAME
  invite          --email ADDRESS [--role admin|member] [--language en|de]
                  mails a link with which a person joins the subscription
  doctor          what works, what does not, and what to do
  check-config    every reason why these settings would not start in production; tries PostgreSQL, Redis and the
                  mail server, changes nothing [--offline tries nothing]

${keyUsage}

${operatorUsage}

  --subscription NAME   which customer (default: main)

The commands work while the server runs and while it does not.`;

/** Every option of every command, for `parseArgs`. */
export const commandOptions = {
  subdomain: { type: 'string' },
  'client-id': { type: 'string' },
  scopes: { type: 'string' },
  brands: { type: 'string' },
  'app-id': { type: 'string' },
  'installation-id': { type: 'string' },
  kind: { type: 'string' },
  model: { type: 'string' },
  'base-url': { type: 'string' },
  'context-window': { type: 'string' },
  label: { type: 'string' },
  oauth: { type: 'boolean' },
  offline: { type: 'boolean' },
  role: { type: 'string' },
  language: { type: 'string' },
  subscription: { type: 'string' },
  ...operatorOptions,
  ...keyOptions,
  help: { type: 'boolean' },
} as const;

const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** Asks for a secret in words that name it. */
export type ReadSecret = (question: string) => Promise<string>;
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** The words of the commands that do not become one request: they are done where they are typed. */
const doneHere = ['check-config', 'connect zendesk --oauth'];

/** Whether there is such a command. Its options have been parsed by `commandOptions`. */
export async function isCommand(words: readonly string[], values: OptionValues): Promise<boolean> {
  const text = [...words, ...(values['oauth'] === true ? ['--oauth'] : [])].join(' ');
  return doneHere.includes(text) || (await requestOf(words, values, async () => '')) !== undefined;
}

/** The request a command line asks for; undefined when there is no such command. */
export async function requestOf(
  words: readonly string[],
  values: OptionValues,
  readSecret: ReadSecret,
): Promise<ControlRequest | undefined> {
  const text = (name: string): string | undefined =>
    typeof values[name] === 'string' ? values[name] : undefined;
  const subscription = text('subscription');
  const base = subscription === undefined ? {} : { subscription };
  switch (words.join(' ')) {
    case 'connect zendesk':
      return {
        ...base,
        command: 'connect-zendesk',
        input: {
          subdomain: text('subdomain') ?? '',
          clientId: text('client-id') ?? '',
          clientSecret: await readSecret('Client secret'),
          ...(text('scopes') !== undefined && { scopes: text('scopes') }),
          ...(text('brands') !== undefined && { brandIds: text('brands')?.split(',').map(Number) }),
          appId: number(text('app-id')),
          installationId: number(text('installation-id')),
        },
      };
    case 'disconnect zendesk':
      return { ...base, command: 'disconnect-zendesk', input: null };
    case 'invite':
      return {
        ...base,
        command: 'person-invite',
        input: { email: text('email'), role: text('role'), language: text('language') },
      };
    case 'provider remove':
      return { ...base, command: 'provider-remove', input: { label: text('label') ?? '' } };
    case 'provider add':
      return {
        ...base,
        command: 'provider-add',
        input: {
          kind: text('kind'),
          model: text('model'),
          baseUrl: text('base-url'),
          label: text('label'),
          contextWindow: number(text('context-window')),
          apiKey: await readSecret('API key'),
        },
      };
    case 'provider test':
      return { ...base, command: 'provider-test', input: null };
    case 'doctor':
      return { ...base, command: 'doctor', input: null };
    default:
      if (words[0] === 'feature' && (words[1] === 'on' || words[1] === 'off') && words[2] !== undefined) {
        return {
          ...base,
          command: 'feature-switch',
          input: { feature: words[2], enabled: words[1] === 'on' },
        };
      }
      return keyRequest(words, values) ?? operatorRequest(words, values);
  }
}
