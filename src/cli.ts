import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { ConfigError, inspectEnvironment, readConfig } from './config.ts';
import { runCommand, type ControlAnswer, type ControlRequest } from './control/commands.ts';
import { controlSocketPath } from './control/control-path.ts';
import { commandOptions, commandUsage, requestOf, type OptionValues } from './control/command-line.ts';
import { startOverCommand } from './control/key-arguments.ts';
import { checkConfig, variableOf } from './production-checks/refuse-unsafe.ts';
import { openProgram } from './start.ts';
import { tryConnections } from './start-connection-checks.ts';

/** A secret never stands in an argument, where every process could read it. */
async function readSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    let text = '';
    for await (const chunk of process.stdin) text += String(chunk);
    return text.trim();
  }
  // The terminal's own output would show what is typed.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  lines.once('SIGINT', () => process.exit(130));
  process.stderr.write(`${question} (not shown): `);
  const secret = await lines.question('');
  lines.close();
  process.stderr.write('\n');
  return secret.trim();
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

/** Every reason against these settings; without `offline` also what PostgreSQL, Redis and the mail server say. */
async function checkSettings(offline: boolean): Promise<number> {
  const unsafe = checkConfig();
  const { seen, findings } = offline
    ? { seen: [], findings: [] }
    : await tryConnections(inspectEnvironment().config, new Set(unsafe.map(variableOf)));
  process.stdout.write(seen.map((line) => `ok    ${line}\n`).join(''));
  const all = [...unsafe, ...findings];
  if (all.length === 0) process.stdout.write('These settings may start in production.\n');
  else process.stderr.write(`${all.join('\n')}\n`);
  return all.length === 0 ? 0 : 1;
}

const ask = async (request: ControlRequest): Promise<ControlAnswer> =>
  (request.command === startOverCommand
    ? undefined
    : await askServer(controlSocketPath(readConfig().dataDirectory), request)) ?? runHere(request);

/** Sends a person to Zendesk and takes the address they come back to: this terminal is what the consent is bound to. */
async function connectByConsent(values: OptionValues): Promise<number> {
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
  const { values, positionals } = parseArgs({ options: commandOptions, allowPositionals: true });
  if (positionals.join(' ') === 'check-config') return checkSettings(values.offline === true);
  if (values.oauth === true && positionals.join(' ') === 'connect zendesk') return connectByConsent(values);
  const request = values.help === true ? undefined : await requestOf(positionals, values, readSecret);
  if (request === undefined) {
    process.stderr.write(`${commandUsage}\n`);
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
