import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEvent } from '../../src/contract/stream-events.ts';
import { serverFlags } from '../../scripts/launch/node-flags.mjs';
import { controlSocketPath } from '../../src/control/control-path.ts';
import { freePort } from './free-port.ts';

const root = join(import.meta.dirname, '../..');
const startTimeoutMs = 60_000;
const mailTimeoutMs = 15_000;

export interface HouseOptions {
  /** Tickets to fill the simulated account with, instead of the demo shop's. */
  readonly ticketsFile?: string;
  /** Variables of the server on top of the usual ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Node flags for the server. */
  readonly nodeFlags?: readonly string[];
  /** Does not read the server's log, which would cost a benchmark's client time. */
  readonly discardOutput?: boolean;
  /** Pins processes to CPUs, for benchmarks: `taskset -c`. */
  readonly cpus?: { readonly server: string; readonly simulators: string };
}

export interface FeatureAnswer {
  readonly status: number;
  readonly events: readonly StreamEvent[];
  /** Milliseconds from the request to the first text or partial output. */
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
  /** Body of an answer that was no stream. */
  readonly body: unknown;
}

/** The product and its simulators, each in a process of its own with a data folder of its own, as `npm start` runs them. */
export interface House {
  readonly serverUrl: string;
  readonly zendeskUrl: string;
  readonly providersUrl: string;
  readonly confluenceUrl: string;
  /** Page and JSON of the mails the server has sent. */
  readonly outboxUrl: string;
  readonly dataDirectory: string;
  readonly metricsUrl: string;
  readonly serverPid: number;
  /** Everything the server has written to standard output and error. */
  output(): string;
  signIn(ticketId: number, agentId?: number): Promise<string>;
  run(
    feature: string,
    body: object,
    options: { readonly token: string; readonly signal?: AbortSignal; readonly json?: boolean },
  ): Promise<FeatureAnswer>;
  sandbox(target: 'zendesk' | 'providers', method: string, path: string, body?: unknown): Promise<unknown>;
  control(
    command: string,
    input: unknown,
    subscription?: string,
  ): Promise<{ readonly ok: boolean; readonly lines?: readonly string[]; readonly message?: string }>;
  /** Uses a provider simulator with a behaviour key, for example `sk-sim.cut=5`. */
  useProvider(kind: string, behaviour: string, extra?: object): Promise<void>;
  /** The newest mail to an address that a test accepts, once it has arrived. */
  mailTo(address: string, accept?: (mail: HouseMail) => boolean): Promise<HouseMail>;
  /** The server's folder for temporary files. */
  readonly temporaryDirectory: string;
  /** Stops the server and leaves its data for a search. */
  stopServer(): Promise<void>;
  close(): Promise<void>;
}

/** A mail as it arrived. */
export interface HouseMail {
  readonly id: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const prefixes: Readonly<Record<string, string>> = {
  openai: '/openai/v1',
  anthropic: '/anthropic/v1',
  google: '/google/v1beta',
  mistral: '/mistral/v1',
  deepseek: '/deepseek',
  xai: '/xai/v1',
  moonshot: '/moonshot/v1',
  openrouter: '/openrouter/api/v1',
  'openai-compatible': '/compatible/v1',
};

export interface Started {
  readonly child: ChildProcess;
  readonly message: Readonly<Record<string, string>>;
  readonly output: () => string;
}

export function startProcess(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  options: {
    readonly flags?: readonly string[];
    readonly cpu?: string | undefined;
    readonly discard?: boolean | undefined;
  },
): Promise<Started> {
  const node = [process.execPath, ...serverFlags, ...(options.flags ?? []), join(root, file), ...args];
  const [command = '', ...rest] = options.cpu === undefined ? node : ['taskset', '-c', options.cpu, ...node];
  const child = spawn(command, rest, {
    cwd: root,
    stdio: ['ignore', options.discard === true ? 'ignore' : 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${file} was not ready in time:\n${output}`));
    }, startTimeoutMs);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve({ child, message: message as Record<string, string>, output: () => output });
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${file} ended with ${code}:\n${output}`));
    });
  });
}

export async function stopProcess({ child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(force);
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'indesk-house-'));
  const dataDirectory = join(folder, 'data');
  const temporaryDirectory = join(folder, 'tmp');
  mkdirSync(temporaryDirectory);
  const port = await freePort();
  const metricsPort = await freePort();
  const simulators = await startProcess(
    'simulators/main.ts',
    [
      '--sidebar-url',
      `http://127.0.0.1:${port}/sidebar`,
      '--data',
      join(folder, 'simulators'),
      ...(options.ticketsFile === undefined ? [] : ['--tickets', options.ticketsFile]),
    ],
    {},
    { cpu: options.cpus?.simulators },
  );
  const {
    zendeskUrl = '',
    providersUrl = '',
    confluenceUrl = '',
    outboxUrl = '',
    smtpUrl = '',
  } = simulators.message;
  const server = await startProcess(
    'src/main.ts',
    [],
    {
      TMPDIR: temporaryDirectory,
      INDESK_PORT: String(port),
      INDESK_DATA_DIR: dataDirectory,
      INDESK_SANDBOX_URL: zendeskUrl,
      INDESK_SMTP_URL: smtpUrl,
      INDESK_SIDEBAR_ORIGINS: zendeskUrl,
      INDESK_LOG_LEVEL: 'info',
      INDESK_METRICS_PORT: String(metricsPort),
      INDESK_REQUESTS_PER_MINUTE: '1000000',
      INDESK_SESSION_MINUTES: '60',
      ...options.environment,
    },
    { flags: options.nodeFlags ?? [], cpu: options.cpus?.server, discard: options.discardOutput },
  ).catch(async (error: unknown) => {
    await stopProcess(simulators);
    throw error;
  });
  const serverUrl = server.message['url'] ?? '';
  const sandbox: House['sandbox'] = async (target, method, path, body) => {
    const response = await fetch(`${target === 'zendesk' ? zendeskUrl : providersUrl}/_sandbox/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`sandbox ${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const control: House['control'] = (command, input, subscription) =>
    askControl(dataDirectory, { command, input, ...(subscription !== undefined && { subscription }) });
  return {
    serverUrl,
    zendeskUrl,
    providersUrl,
    outboxUrl,
    confluenceUrl,
    mailTo: (address, accept) => waitForMail(outboxUrl, address, accept),
    dataDirectory,
    temporaryDirectory,
    stopServer: () => stopProcess(server),
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    serverPid: server.child.pid ?? 0,
    output: server.output,
    sandbox,
    control,
    signIn: async (ticketId, agentId = 9001) => {
      const signed = (await sandbox('zendesk', 'POST', 'sign', { ticketId, agentId })) as {
        token: string;
        url: string;
      };
      const response = await fetch(signed.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ token: signed.token }),
      });
      const session = /<meta name="indesk-session" content="([^"]+)">/.exec(await response.text())?.[1];
      if (session === undefined) throw new Error(`no session: ${response.status}`);
      return session;
    },
    run: (feature, body, request) => runFeature(serverUrl, feature, body, request),
    useProvider: async (kind, behaviour, extra = {}) => {
      const added = await control('provider-add', {
        kind,
        model: 'sim-model',
        apiKey: behaviour,
        baseUrl: `${providersUrl}${prefixes[kind]}`,
        ...extra,
      });
      if (!added.ok) throw new Error(added.message);
    },
    close: async () => {
      await stopProcess(server);
      await stopProcess(simulators);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function runFeature(
  serverUrl: string,
  feature: string,
  body: object,
  request: { readonly token: string; readonly signal?: AbortSignal; readonly json?: boolean },
): Promise<FeatureAnswer> {
  const startedAt = performance.now();
  const response = await fetch(`${serverUrl}/v1/copilot/${feature}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${request.token}`,
      'content-type': 'application/json',
      accept: request.json === true ? 'application/json' : 'text/event-stream',
    },
    body: JSON.stringify(body),
    ...(request.signal !== undefined && { signal: request.signal }),
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    return {
      status: response.status,
      events: [],
      firstTokenMs: undefined,
      totalMs: performance.now() - startedAt,
      body: await response.json(),
    };
  }
  const events: StreamEvent[] = [];
  let firstTokenMs: number | undefined;
  let pending = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    pending += decoder.decode(chunk, { stream: true });
    const frames = pending.split('\n\n');
    pending = frames.pop() ?? '';
    for (const frame of frames) {
      const event = JSON.parse(frame.replace(/^data: /, '')) as StreamEvent;
      if (event.type === 'text-delta' || event.type === 'partial')
        firstTokenMs ??= performance.now() - startedAt;
      events.push(event);
    }
  }
  return {
    status: response.status,
    events,
    firstTokenMs,
    totalMs: performance.now() - startedAt,
    body: undefined,
  };
}

async function waitForMail(
  outboxUrl: string,
  address: string,
  accept: (mail: HouseMail) => boolean = () => true,
): Promise<HouseMail> {
  const until = performance.now() + mailTimeoutMs;
  for (;;) {
    const response = await fetch(`${outboxUrl}/_sandbox/mails?to=${encodeURIComponent(address)}`);
    const { mails } = (await response.json()) as { mails: readonly HouseMail[] };
    const found = mails.find(accept);
    if (found !== undefined) return found;
    if (performance.now() > until)
      throw new Error(
        `no such mail to ${address}; there are: ${mails.map(({ subject }) => subject).join(', ')}`,
      );
    await sleep(50);
  }
}

function askControl(
  dataDirectory: string,
  request: object,
): Promise<{ ok: boolean; lines?: string[]; message?: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { socketPath: controlSocketPath(dataDirectory), method: 'POST', path: '/' },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('end', () => resolve(JSON.parse(text) as { ok: boolean }));
      },
    );
    outgoing.on('error', reject).end(JSON.stringify(request));
  });
}

/** The checked output of a stream, or undefined. */
export const outputOf = <T>(answer: FeatureAnswer): T | undefined => {
  const event = answer.events.find((one) => one.type === 'output');
  return event?.type === 'output' ? (event.value as T) : undefined;
};

/** The slug of the problem a run ended with, or undefined. */
export function problemOf(answer: FeatureAnswer): string | undefined {
  const event = answer.events.find((one) => one.type === 'problem');
  const problem = event?.type === 'problem' ? event.problem : (answer.body as { type?: string } | undefined);
  return problem?.type?.replace('/problems/', '');
}
