import { sql } from 'kysely';
import type { StoredTicket } from '../../simulators/zendesk/model.ts';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../simulators/zendesk/start-zendesk-simulator.ts';
import { SMALL_CONTENT } from '../../simulators/zendesk/test-account.ts';
import type { RootKey } from '../../src/adapters/crypto/key-file.ts';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { ChatServices } from '../../src/chat/chat-call.ts';
import { deliverWaiting } from '../../src/chat/delivery/deliver-waiting.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { HelpDesk } from '../../src/ports/help-desk.ts';
import type { JobContext, JobTable } from '../../src/ports/job-queue.ts';
import type { KeyValueStore } from '../../src/ports/key-value-store.ts';
import { connectZendesk } from '../../src/services/integrations/connect-zendesk.ts';
import type { TestCall } from './calls.ts';
import { openChatHouse, type ChatHouse } from './chat-house.ts';
import type { DatabaseEngine } from './database.ts';
import { silent } from './redis.ts';
import { openTestSecrets } from './secrets.ts';
import { zendeskParts } from './zendesk-oauth.ts';

/** A chat whose subscriptions can be connected to a simulated Zendesk account, with the job that brings it what it did not take. */
export interface ChatDesk {
  readonly house: ChatHouse;
  readonly zendesk: ZendeskSimulator;
  /** Lets a subscription's conversations reach the account. */
  connect(call: TestCall): Promise<void>;
  /** Every ticket of a conversation, oldest first. */
  tickets(): readonly StoredTicket[];
  /** The only ticket of a conversation. */
  onlyTicket(): StoredTicket;
  /** Forgets tickets, faults and what waits, for the next test. */
  reset(): Promise<void>;
  fault(fault: object): Promise<void>;
  /** Makes every waiting job due. */
  dueNow(): Promise<void>;
  /** Conversations that wait for Zendesk, as the database knows them. */
  waiting(): Promise<readonly object[]>;
  /** From now on the server's clock is so many milliseconds ahead. */
  moveClock(milliseconds: number): void;
  /** Runs the jobs whose time has come by the database's clock, until none is left. */
  runJobs(): Promise<void>;
  close(): Promise<void>;
}

export async function openChatDesk(
  engine: Pick<DatabaseEngine, 'open'>,
  options: {
    readonly keyValues?: KeyValueStore;
    readonly replicas?: number;
    readonly rootKey?: RootKey;
    readonly around?: (helpDesk: HelpDesk) => HelpDesk;
  } = {},
): Promise<ChatDesk> {
  const database: BookkeepingDatabase = await engine.open();
  const secrets = await openTestSecrets(database, options.rootKey);
  const zendesk = await startZendeskSimulator({
    port: 0,
    content: SMALL_CONTENT,
    subdomain: 'acme',
    sidebarUrl: 'http://127.0.0.1:1/',
  });
  const parts = zendeskParts({ database, secretBox: secrets.secretBox, origins: { acme: zendesk.url } });
  const helpDesk = (options.around ?? ((same) => same))(parts.ports.helpDesk);
  let ahead = 0;
  const clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + ahead) };
  const connected = new Set<string>();
  const keyValues = options.keyValues ?? createMemoryKeyValueStore();
  const ports = { ...parts.ports, helpDesk, keyValues } as unknown as JobContext['ports'];
  const outbox = createOutbox({ database, ports, clock: systemClock, logger: silent, pollMs: 50 });
  const house = await openChatHouse({ ...engine, open: async () => database } as DatabaseEngine, {
    keyValues,
    helpDesk,
    jobs: outbox,
    secretBox: secrets.secretBox,
    clock,
    replicas: options.replicas ?? 1,
  });
  const post = (path: string, body: object) =>
    fetch(`${zendesk.url}/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post('settings', { limits: { requestsPerMinute: 100_000 } });
  const [services] = house.services as readonly [ChatServices];
  const table = {
    'chat.deliver': (context: JobContext, ids: { readonly sessionId: string; readonly step: string }) =>
      deliverWaiting(
        { ...context, ports: { ...context.ports, keyValues } } as never,
        { ...services, jobs: outbox },
        { sessionId: ids.sessionId, step: Number(ids.step) },
      ),
  } as unknown as JobTable;
  const tickets = (): readonly StoredTicket[] =>
    [...zendesk.account.tickets.values()].filter(({ externalId }) => externalId?.startsWith('indesk-chat:'));
  return {
    house,
    zendesk,
    async connect(call) {
      connected.add(call.subscriptionId);
      const access = (await (await fetch(`${zendesk.url}/_sandbox/connection`)).json()) as {
        readonly clientId: string;
        readonly clientSecret: string;
      };
      await connectZendesk({ ...call, signal: new AbortController().signal, ports: parts.ports } as never, {
        subdomain: 'acme',
        clientId: access.clientId,
        clientSecret: access.clientSecret,
        scopes: 'read write',
      });
      for (const one of house.services) one.settings.forget(call.subscriptionId);
    },
    tickets,
    fault: async (fault) => {
      await post('faults', fault);
    },
    onlyTicket: () => {
      const [ticket, ...more] = tickets();
      if (ticket === undefined || more.length > 0) throw new Error(`${tickets().length} tickets`);
      return ticket;
    },
    async reset() {
      house.provider.reset();
      zendesk.faults.clear();
      for (const { id } of tickets()) zendesk.account.tickets.delete(id);
      for (const subscriptionId of connected)
        await database.bookkeep({ subscriptionId }, async (tx) => {
          await sql`delete from app.chat_delivery`.execute(tx);
          await sql`delete from app.job_outbox`.execute(tx);
        });
      connected.clear();
    },
    dueNow: async () => {
      for (const subscriptionId of connected)
        await database.bookkeep({ subscriptionId }, (tx) =>
          sql`update app.job_outbox set run_after = app.now() where finished_at is null`.execute(tx),
        );
    },
    waiting: async () => {
      const rows = await Promise.all(
        [...connected].map((subscriptionId) =>
          database.read({ subscriptionId }, (tx) => tx.selectFrom('app.chat_delivery').selectAll().execute()),
        ),
      );
      return rows.flat();
    },
    moveClock: (milliseconds) => {
      ahead = milliseconds;
    },
    async runJobs() {
      const stop = outbox.work(table);
      await new Promise((resolve) => setTimeout(resolve, 400));
      await stop();
    },
    async close() {
      await outbox.close();
      await house.close();
      await zendesk.close();
      await parts.close();
    },
  };
}
