import { startZendeskSimulator } from '../../../simulators/zendesk/start-zendesk-simulator.ts';
import { createEgress } from '../../../src/adapters/egress/create-egress.ts';
import { createZendeskHelpDesk } from '../../../src/adapters/zendesk/create-zendesk-help-desk.ts';
import { reveal } from '../../../src/kernel/reveal.ts';
import type { Transient } from '../../../src/kernel/transient.ts';
import type { HelpDesk, HelpDeskCall, HelpDeskConnection } from '../../../src/ports/help-desk.ts';

/** The real client against a simulated account, with everything it wrote to logs and metrics. */
export interface SimulatedAccount {
  readonly helpDesk: HelpDesk;
  readonly connection: HelpDeskConnection;
  readonly appId: number;
  readonly publicKeyPem: string;
  readonly publicArticleIds: readonly number[];
  readonly written: readonly string[];
  call(changes?: Partial<HelpDeskCall>): HelpDeskCall;
  /** One of the simulator's own controls below `/_sandbox/`. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  /** The id of a new ticket of customer 2001. */
  addTicket(
    comments: readonly { readonly html: string; readonly public?: boolean; readonly author?: number }[],
    more?: Readonly<Record<string, unknown>>,
  ): Promise<number>;
  close(): Promise<void>;
}

/** What a reply would show. */
export const shown = <T>(content: Transient<T>): T => reveal(content, 'reply');

/** Starts the account and connects to it as a program would. */
export async function startSimulatedAccount(): Promise<SimulatedAccount> {
  const simulator = await startZendeskSimulator({ port: 0, sidebarUrl: 'http://127.0.0.1:1/' });
  const written: string[] = [];
  const note = (...parts: unknown[]): void => void written.push(JSON.stringify(parts));
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${simulator.url}/_sandbox/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const { subdomain, clientId, clientSecret, appId, publicKeyPem } = (await control('GET', 'connection')) as {
    readonly [Name in 'subdomain' | 'clientId' | 'clientSecret' | 'publicKeyPem']: string;
  } & { readonly appId: number };
  const connection = {
    subscriptionId: 'sub',
    subdomain,
    clientId,
    clientSecret,
    scopes: 'read tickets:write',
    brandIds: null,
  };
  const egress = createEgress({ allowedPrivate: [], zendeskHosts: [new URL(simulator.url).host] });
  const helpDesk = createZendeskHelpDesk({
    egress,
    originFor: () => simulator.url,
    logger: { info: note, warn: note, error: note },
    metrics: {
      requestFinished: note,
      featureFinished: note,
      firstToken: note,
      tokensUsed: note,
      providerBreaker: note,
      helpDeskFinished: note,
      zendeskAuthorization: note,
      confluenceAuthorization: note,
      siteFinished: note,
      openStreams: note,
      retentionSwept: note,
      render: async () => '',
    },
    clock: { now: () => new Date(), elapsed: () => performance.now() },
    random: () => 0,
  });
  await control('POST', 'settings', {
    searchLagMilliseconds: 0,
    limits: { requestsPerMinute: 100_000, helpCenterPerMinute: 100_000 },
  });
  return {
    helpDesk,
    connection,
    appId,
    publicKeyPem,
    written,
    control,
    publicArticleIds: [...simulator.account.articles.values()]
      .filter((article) => !article.draft && article.userSegmentId === null)
      .map((article) => article.id),
    call: (changes = {}) => ({ connection, signal: new AbortController().signal, ...changes }),
    addTicket: async (comments, more = {}) => {
      const ticket = { subject: 'A ticket', requester: 2001, comments, ...more };
      return ((await control('POST', 'tickets', ticket)) as { ticket: { id: number } }).ticket.id;
    },
    close: async () => {
      await egress.close();
      await simulator.close();
    },
  };
}
