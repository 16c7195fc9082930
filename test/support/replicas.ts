import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shopFurnished } from './demo-shop.ts';
import { freePort } from './free-port.ts';
import { startProcess, stopProcess, type Started } from './house-processes.ts';

export interface Replica {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  output(): string;
  /** Sends a signal without waiting. */
  signal(name: NodeJS.Signals): void;
  /** How the process ended, and after how many milliseconds from now. */
  ended(): Promise<{ readonly code: number | null; readonly afterMs: number }>;
  /** Starts a process of the same settings in place of one that has ended. */
  startAgain(): Promise<void>;
}

/** Several servers on one PostgreSQL with one root key and one set of simulators. */
export interface Replicas {
  readonly replicas: readonly Replica[];
  readonly providersUrl: string;
  readonly zendeskUrl: string;
  /** Empty without the shop. */
  readonly shopUrl: string;
  signIn(): Promise<string>;
  close(): Promise<void>;
}

export interface ReplicaOptions {
  readonly count: number;
  readonly databaseUrl: string;
  /** With the demo shop and its AI agent, which the first replica furnishes. */
  readonly shop?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openReplicas(options: ReplicaOptions): Promise<Replicas> {
  const folder = mkdtempSync(join(tmpdir(), 'indesk-replicas-'));
  const keyFile = join(folder, 'root.key');
  writeFileSync(keyFile, randomBytes(32).toString('base64url'), { mode: 0o600 });
  const ports = await Promise.all(Array.from({ length: options.count }, freePort));
  const simulators = await startProcess(
    'simulators/main.ts',
    [
      '--sidebar-url',
      `http://127.0.0.1:${ports[0]}/sidebar`,
      '--data',
      join(folder, 'simulators'),
      ...(options.shop === true ? ['--shop-port', '0'] : []),
    ],
    {},
    {},
  );
  const { zendeskUrl = '', providersUrl = '', shopUrl = '' } = simulators.message;
  const replicas: Replica[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(
      replicas.map(async (replica) => {
        const ended = replica.ended();
        replica.signal('SIGKILL');
        await ended;
      }),
    );
    await stopProcess(simulators);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const [index, port] of ports.entries()) {
      const dataDirectory = join(folder, `data-${index}`);
      mkdirSync(dataDirectory, { mode: 0o700 });
      replicas.push(
        await startReplica(port, {
          INDESK_PORT: String(port),
          INDESK_DATA_DIR: dataDirectory,
          INDESK_KEY_FILE: keyFile,
          INDESK_DATABASE_URL: options.databaseUrl,
          INDESK_SANDBOX_URL: zendeskUrl,
          INDESK_LOG_LEVEL: 'warn',
          INDESK_REQUESTS_PER_MINUTE: '1000000',
          ...options.environment,
        }),
      );
      const [first] = replicas;
      if (options.shop === true && index === 0 && first !== undefined)
        await shopFurnished({ shopUrl, output: first.output });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { replicas, providersUrl, zendeskUrl, shopUrl, signIn: () => signIn(zendeskUrl), close };
}

async function startReplica(port: number, environment: Readonly<Record<string, string>>): Promise<Replica> {
  const start = (): Promise<Started> => startProcess('src/main.ts', [], environment, {});
  let started = await start();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get pid() {
      return started.child.pid ?? 0;
    },
    output: () => started.output(),
    signal: (name) => void started.child.kill(name),
    ended: () => {
      const from = performance.now();
      const { child } = started;
      const result = (): { readonly code: number | null; readonly afterMs: number } => ({
        code: child.exitCode,
        afterMs: performance.now() - from,
      });
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(result());
      return new Promise((resolve) => child.once('exit', () => resolve(result())));
    },
    startAgain: async () => {
      started = await start();
    },
  };
}

async function signIn(zendeskUrl: string): Promise<string> {
  const signing = await fetch(`${zendeskUrl}/_sandbox/sign`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticketId: 1001, agentId: 9001 }),
  });
  const { token, url } = (await signing.json()) as { token: string; url: string };
  const page = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token }),
  });
  const session = /<meta name="indesk-session" content="([^"]+)">/.exec(await page.text())?.[1];
  if (session === undefined) throw new Error(`no session: ${page.status}`);
  return session;
}
