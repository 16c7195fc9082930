import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlSocketPath } from '../../src/control/control-path.ts';
import { freePort } from './free-port.ts';
import { runFeature, type FeatureAnswer } from './house-answers.ts';
import { startProcess, stopProcess } from './house-processes.ts';

export { outputOf, problemOf, type FeatureAnswer } from './house-answers.ts';

const mailTimeoutMs = 15_000;

export interface HouseOptions {
  /** Tickets to fill the simulated account with, instead of the demo shop's. */
  readonly ticketsFile?: string;
  /** With the demo shop's site, its AI agent and what that knows. */
  readonly shop?: boolean;
  /** Variables of the server on top of the usual ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Node flags for the server. */
  readonly nodeFlags?: readonly string[];
  /** Does not read the server's log, which would cost a benchmark's client time. */
  readonly discardOutput?: boolean;
  /** Pins processes to CPUs, for benchmarks: `taskset -c`. */
  readonly cpus?: { readonly server: string; readonly simulators: string };
}

/** The product and its simulators, each in a process of its own with a data folder of its own, as `npm start` runs them. */
export interface House {
  readonly serverUrl: string;
  readonly zendeskUrl: string;
  readonly providersUrl: string;
  readonly confluenceUrl: string;
  /** The simulated web site speaks https; this certificate has to be believed. */
  readonly web: { readonly url: string; readonly certificate: string };
  /** Empty without the shop. */
  readonly shopUrl: string;
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
      ...(options.shop === true ? ['--shop-port', '0'] : []),
      ...(options.ticketsFile === undefined ? [] : ['--tickets', options.ticketsFile]),
    ],
    {},
    { cpu: options.cpus?.simulators },
  );
  const {
    zendeskUrl = '',
    providersUrl = '',
    confluenceUrl = '',
    shopUrl = '',
    outboxUrl = '',
    smtpUrl = '',
    webUrl = '',
    webCertificate = '',
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
    web: { url: webUrl, certificate: webCertificate },
    shopUrl,
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
