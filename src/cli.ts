import { existsSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.ts';
import { runCommand, type ControlAnswer, type ControlRequest } from './control/commands.ts';
import { controlSocketPath } from './control/control-path.ts';
import { openProgram } from './start.ts';

const usage = `Usage: npm run indesk -- COMMAND

  connect zendesk --subdomain NAME --client-id ID [--scopes "read tickets:write"] [--brands 1,2]
                  [--app-id N --installation-id N]     the client secret is asked for, or read from standard input
  provider add    --kind KIND --model MODEL [--base-url URL] [--context-window TOKENS]
                  the key is asked for, or read from standard input
                  KIND: openai anthropic google mistral deepseek xai moonshot openrouter openai-compatible
  provider test   tries key, streaming and structured output without sending any ticket
  feature on|off NAME
  doctor          what works, what does not, and what to do

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
  subscription: { type: 'string' },
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
      return undefined;
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
  const program = await openProgram({ ...config, logLevel: 'silent', sandboxUrl: undefined });
  try {
    return await runCommand(program, request);
  } finally {
    await program.close();
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const request = values.help === true ? undefined : await toRequest(positionals, values);
  if (request === undefined) {
    process.stderr.write(`${usage}\n`);
    return values.help === true ? 0 : 2;
  }
  const answer =
    (await askServer(controlSocketPath(readConfig().dataDirectory), request)) ?? (await runHere(request));
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
    `${told || (error instanceof Error && error.name === 'DatabaseSetupError') ? (error as Error).message : 'The command failed.'}\n`,
  );
  process.exitCode = 1;
}
