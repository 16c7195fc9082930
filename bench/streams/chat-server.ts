import { join } from 'node:path';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { BrowserClient } from '../../test/support/browser-client.ts';
import { freePort } from '../../test/support/free-port.ts';
import { startProcess, stopProcess } from '../../test/support/house-processes.ts';
import { openHouse, type House } from '../../test/support/house.ts';
import { startPostgresCluster } from '../../test/support/postgres-cluster.ts';
import { startTestRedis } from '../../test/support/redis.ts';

export const shopOrigin = 'https://shop.example';
/** All the AI agent knows. */
export const knownSentence = 'Parcels arrive within three days.';

/** The server as a host runs it for visitors: role `serve` on PostgreSQL and Redis, with one published AI agent. */
export interface ChatServer {
  readonly url: string;
  readonly pid: number;
  readonly metricsUrl: string;
  /** Of the AI agent's widget. */
  readonly key: string;
  /** Bytes in use on the heap after a collection. */
  heapUsed(): Promise<number>;
  /** Texts the simulated provider gives as its next answers, one each. */
  answerWith(answers: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** `gapMs`: between two words of the simulated provider; `cpus`: on which the server runs, and everything else. */
export async function startChatServer(
  gapMs: number,
  cpus: { readonly server: string; readonly others: string },
): Promise<ChatServer> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const cluster = await startPostgresCluster();
    undo.push(() => cluster.remove());
    const redis = await startTestRedis();
    undo.push(() => redis.remove());
    await setUpRoles(cluster.adminConnectionString, { database: 'indesk', appPassword: 'bench' });
    const owner = connectionStringFor(cluster.adminConnectionString, 'indesk');
    const [port, metricsPort] = [await freePort(), await freePort()];
    const environment = {
      INDESK_DATABASE_URL: owner.replace(/\/\/[^@]*@/, '//app_rw:bench@'),
      INDESK_DATABASE_OWNER_URL: owner,
      INDESK_REDIS_URL: redis.url,
    };
    // Invitations leave as jobs, which a server of the role `serve` does not work on: another one prepares.
    const house = await openHouse({ environment, cpus: { server: cpus.server, simulators: cpus.others } });
    undo.push(() => house.close());
    const key = await makeAgent(house, gapMs);
    await house.stopServer();
    const server = await startProcess(
      'src/main.ts',
      [],
      {
        ...environment,
        INDESK_ROLE: 'serve',
        INDESK_PORT: String(port),
        INDESK_METRICS_PORT: String(metricsPort),
        INDESK_DATA_DIR: house.dataDirectory,
        INDESK_ALLOWED_PRIVATE: new URL(house.providersUrl).host,
        INDESK_REQUESTS_PER_MINUTE: '1000000',
        // Visitors come from addresses of their own, each with its limits.
        INDESK_TRUSTED_PROXIES: '127.0.0.1',
        INDESK_LOG_LEVEL: 'warn',
      },
      {
        cpu: cpus.server,
        discard: true,
        flags: ['--expose-gc', '--import', join(import.meta.dirname, 'tell-heap.ts')],
      },
    );
    undo.push(() => stopProcess(server));
    return {
      key,
      url: server.message['url'] ?? '',
      pid: server.child.pid ?? 0,
      metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
      heapUsed: () =>
        new Promise((resolve) => {
          server.child.once('message', (told) => resolve((told as { heapUsed: number }).heapUsed));
          server.child.send('heap');
        }),
      answerWith: async (answers) => {
        await house.sandbox('providers', 'POST', 'answers', { answers });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Publishes an AI agent that answers with a simulated provider; returns the key of its widget. */
async function makeAgent(house: House, gapMs: number): Promise<string> {
  const browser = new BrowserClient(house.serverUrl);
  const must = async (method: 'POST' | 'PUT', path: string, body: object = {}) => {
    const { status, body: answer } = await browser.send(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer as Readonly<Record<string, string>>;
  };
  const email = 'lead@example.com';
  const password = 'violet kettle seventeen';
  const invited = await house.control('person-invite', { email, role: 'admin' });
  if (!invited.ok) throw new Error(invited.message);
  const token = /#[a-z-]+=([A-Za-z0-9_-]{43})\b/.exec((await house.mailTo(email)).text)?.[1] ?? '';
  await must('POST', '/v1/auth/invitation', { token, password });
  await must('POST', '/v1/auth/sign-in', { email, password });
  await house.useProvider('openai-compatible', `sk-sim.n=40.itl=${gapMs}`);
  const { id = '', widgetKey = '' } = await must('POST', '/v1/ai-agents', {
    name: 'Shop assistant',
    settings: { allowedOrigins: [shopOrigin], turnLimit: 50, writeBack: 'off' },
  });
  await must('POST', `/v1/ai-agents/${id}/versions/1/publish`);
  const source = await must('POST', '/v1/knowledge/sources', {
    aiAgentId: id,
    inCopilot: false,
    internal: false,
    name: 'Delivery',
    settings: { kind: 'snippets' },
  });
  await must('POST', `/v1/knowledge/sources/${source['id'] ?? ''}/snippets`, {
    title: 'Delivery',
    text: knownSentence,
  });
  return widgetKey;
}
