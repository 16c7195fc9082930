import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.ts';
import { runCommand, type ControlAnswer, type ControlRequest } from './control/commands.ts';
import { controlSocketPath } from './control/control-path.ts';
import { keyOptions, keyRequest, keyUsage, startOverCommand } from './control/key-commands.ts';
import { operatorOptions, operatorRequest, operatorUsage } from './control/operator-arguments.ts';
import { checkConfig } from './production-checks/refuse-unsafe.ts';
import { openProgram } from './start.ts';

const usage = `Usage: npm run indesk -- COMMAND

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
  check-config    every reason why these settings would not start in production; opens nothing

${keyUsage}

${operatorUsage}

  --subscription NAME   which customer (default: main)

The commands work while the server runs and while it does not.`;

const options = {
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
  role: { type: 'string' },
  language: { type: 'string' },
  subscription: { type: 'string' },
  ...operatorOptions,
  ...keyOptions,
  help: { type: 'boolean' },
} as const;

/** A secret never stands in an argument, where every process could read it. */
async function readSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    let text = '';
    for await (const chunk of process.stdin) text += String(chunk);
    return text.trim();
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const secret = await lines.question(`${question}: `);
  lines.close();
  return secret.trim();
}

const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

async function toRequest(
  words: readonly string[],
  values: Readonly<Record<string, string | boolean | undefined>>,
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

/** Asks the running server; undefined when none listens there. */
function askServer(path: string, request: ControlRequest): Promise<ControlAnswer | undefined> {
  if (!existsSync(path)) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ socketPath: path, method: 'POST', path: '/' }, (response) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (body += chunk))
        .on('end', () => resolve(JSON.parse(body) as ControlAnswer));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
    outgoing.end(JSON.stringify(request));
  });
}

async function runHere(request: ControlRequest): Promise<ControlAnswer> {
  const config = readConfig();
  const program = await openProgram(
    { ...config, logLevel: 'silent', sandboxUrl: undefined },
    { startOver: request.command === startOverCommand },
  );
  try {
    return await runCommand(program, request);
  } finally {
    await program.close();
  }
}

function sayFindings(findings: readonly string[]): number {
  const lines = findings.length === 0 ? ['These settings may start in production.'] : findings;
  (findings.length === 0 ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`);
  return findings.length === 0 ? 0 : 1;
}

const ask = async (request: ControlRequest): Promise<ControlAnswer> =>
  (request.command === startOverCommand
    ? undefined
    : await askServer(controlSocketPath(readConfig().dataDirectory), request)) ?? runHere(request);

/** Sends a person to Zendesk and takes the address they come back to: this terminal is what the consent is bound to. */
async function connectByConsent(
  values: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const browser = randomBytes(32).toString('base64url');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const typed = terminal[Symbol.asyncIterator]();
  const question = async (text: string): Promise<string> => {
    process.stderr.write(`${text}: `);
    const { value } = await typed.next();
    return String(value ?? '').trim();
  };
  const subscription =
    typeof values['subscription'] === 'string' ? { subscription: values['subscription'] } : {};
  const clientId = values['client-id'];
  const clientSecret =
    clientId === undefined ? '' : await question('Client secret (nothing for a public client)');
  const number = (text: unknown): number | undefined => (typeof text === 'string' ? Number(text) : undefined);
  const steps = [
    () => ({
      command: 'connect-zendesk-begin',
      input: {
        browser,
        subdomain: values['subdomain'],
        clientId,
        ...(clientSecret !== '' && { clientSecret }),
        ...(values['scopes'] !== undefined && { scopes: values['scopes'] }),
        ...(typeof values['brands'] === 'string' && { brandIds: values['brands'].split(',').map(Number) }),
        appId: number(values['app-id']),
        installationId: number(values['installation-id']),
      },
    }),
    async () => ({
      command: 'connect-zendesk-finish',
      input: {
        browser,
        address: await question('Open it, allow the access, and paste the address you come back to'),
      },
    }),
  ];
  try {
    for (const step of steps) {
      const answer = await ask({ ...subscription, ...(await step()) });
      (answer.ok ? process.stdout : process.stderr).write(
        `${answer.ok ? answer.lines.join('\n') : answer.message}\n`,
      );
      if (!answer.ok) return 1;
    }
    return 0;
  } finally {
    terminal.close();
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (positionals.join(' ') === 'check-config') return sayFindings(checkConfig());
  if (values.oauth === true && positionals.join(' ') === 'connect zendesk') return connectByConsent(values);
  const request = values.help === true ? undefined : await toRequest(positionals, values);
  if (request === undefined) {
    process.stderr.write(`${usage}\n`);
    return values.help === true ? 0 : 2;
  }
  const answer = await ask(request);
  if (!answer.ok) {
    process.stderr.write(`${answer.message}\n`);
    return 1;
  }
  process.stdout.write(`${answer.lines.join('\n')}\n`);
  return answer.lines.some((line) => line.startsWith('FAIL')) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const told =
    error instanceof ConfigError ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  process.stderr.write(
    `${told || (error instanceof Error && ['DatabaseSetupError', 'RootKeyError'].includes(error.name)) ? (error as Error).message : 'The command failed.'}\n`,
  );
  process.exitCode = 1;
}
