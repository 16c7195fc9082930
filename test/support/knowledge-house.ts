import type { FastifyInstance, InjectOptions } from 'fastify';
import { createContentBox } from '../../src/adapters/crypto/content-box.ts';
import { createTextExtractor } from '../../src/adapters/extraction/create-text-extractor.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createOutbox } from '../../src/adapters/outbox/outbox.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { KnowledgeFileView, KnowledgeSourceView } from '../../src/contract/knowledge.ts';
import { addKnowledgeRoutes } from '../../src/http/routes/knowledge-routes.ts';
import type { Call } from '../../src/ports/call.ts';
import type { Embedder } from '../../src/ports/embedder.ts';
import type { JobContext } from '../../src/ports/job-queue.ts';
import type { Ports } from '../../src/ports/ports.ts';
import type { TestCall } from './calls.ts';
import type { DatabaseEngine } from './database.ts';
import { openRoutesOfLead, type RoutesOfLead } from './routes-of-lead.ts';
import { wordEmbedder } from './word-embedder.ts';

export interface Answer<T = never> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
}

/** The routes of knowledge over a real database, with the real reader of files. */
export interface KnowledgeHouse {
  readonly routes: RoutesOfLead;
  /** A model whose vectors are counts of words; absent until it is switched on. */
  readonly embedder: ReturnType<typeof wordEmbedder>;
  /** A new subscription; from now on its admin calls. */
  newLead(): Promise<TestCall>;
  /** The call of a job or service in the subscription. */
  call(signal?: AbortSignal): Call<keyof Ports>;
  newAgent(): Promise<string>;
  newSource(wanted: object): Promise<KnowledgeSourceView>;
  send<T>(method: InjectOptions['method'], path: string, body?: unknown): Promise<Answer<T>>;
  upload(sourceId: string, name: string, content: string | Uint8Array): Promise<Answer<KnowledgeFileView>>;
  /** Everything in the tables of knowledge, as text. */
  stored(): Promise<string>;
  close(): Promise<void>;
}

export async function openKnowledgeHouse(
  engine: DatabaseEngine,
  more: { readonly ports?: object } = {},
): Promise<KnowledgeHouse> {
  const textExtractor = createTextExtractor();
  const embedder = wordEmbedder();
  const logger = createLogger({ level: 'silent' });
  let ports: Ports | undefined;
  let current: TestCall | undefined;
  const inside = (): TestCall => {
    if (current === undefined) throw new Error('there is no subscription');
    return current;
  };
  const routes = await openRoutesOfLead(
    engine,
    (app: FastifyInstance, context) => {
      const { database, secretBox } = context.ports;
      const contentBox = createContentBox(secretBox);
      const jobs = createOutbox({
        database: database as never,
        ports: context.ports as unknown as JobContext['ports'],
        clock: systemClock,
        logger,
      });
      ports = { ...context.ports, contentBox, jobs };
      addKnowledgeRoutes(app, { ...context, ports });
    },
    { ports: { embedder: embedder as Embedder, textExtractor, ...more.ports } },
  );
  const house: KnowledgeHouse = {
    routes,
    embedder,
    async newLead() {
      current = await routes.newLead();
      return current;
    },
    call: (signal = new AbortController().signal) => ({ ...inside(), signal, ports: ports as Ports }),
    async newAgent() {
      const id = uuidIds.next();
      const { subscriptionId } = inside();
      await routes.database.bookkeep(inside(), (tx) =>
        tx
          .insertInto('app.ai_agent')
          .values({
            subscription_id: subscriptionId,
            id,
            name: 'Shop',
            status: 'draft',
            widget_key: id.replaceAll('-', '').slice(-22),
            created_at: new Date(),
            updated_at: new Date(),
          })
          .execute(),
      );
      return id;
    },
    async newSource(wanted) {
      const body = { aiAgentId: null, inCopilot: true, internal: false, name: 'Guide', ...wanted };
      const answer = await house.send<KnowledgeSourceView>('POST', '/sources', body);
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.body;
    },
    async send<T>(method: InjectOptions['method'], path: string, body?: unknown) {
      const answer = await routes.app.inject({
        method: method ?? 'GET',
        url: `/v1/knowledge${path}`,
        ...(body !== undefined && { payload: body as object }),
      });
      return { status: answer.statusCode, body: answer.json<T>(), text: answer.body };
    },
    async upload(sourceId, name, content) {
      const form = new FormData();
      form.append('file', new Blob([content as never]), name);
      const request = new Request('http://x/', { method: 'POST', body: form });
      const answer = await routes.app.inject({
        method: 'POST',
        url: `/v1/knowledge/sources/${sourceId}/files`,
        headers: { 'content-type': request.headers.get('content-type') ?? '' },
        payload: Buffer.from(await request.arrayBuffer()),
      });
      return { status: answer.statusCode, body: answer.json(), text: answer.body };
    },
    stored: async () =>
      JSON.stringify(
        await routes.database.read(inside(), async (tx) => [
          await tx.selectFrom('app.knowledge_source').selectAll().execute(),
          await tx.selectFrom('app.knowledge_document').selectAll().execute(),
          await tx.selectFrom('app.knowledge_file').selectAll().execute(),
          await tx.selectFrom('app.knowledge_chunk').selectAll().execute(),
          await tx.selectFrom('app.job_outbox').selectAll().execute(),
          await tx.selectFrom('app.audit_event').selectAll().execute(),
        ]),
      ),
    async close() {
      await textExtractor.close();
      await routes.close();
    },
  };
  return house;
}
