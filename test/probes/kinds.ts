/** What a parameter may name; every subscription of the probe has a value for each. */
export const kinds = [
  'subscription',
  'subscriptionName',
  'account',
  'session',
  'provider',
  'email',
  'ticket',
  'comment',
  'adminToken',
  'linkToken',
  'challenge',
  'subscriptionKey',
  'signedToken',
  'zendeskState',
  'subdomain',
  'clientId',
  'app',
  'installation',
  'providerAddress',
  'macro',
  'mergeJob',
  'mergeConfirmation',
  'triageChange',
  'webhookKey',
  'receipt',
  'budget',
  'fileSource',
  'snippetSource',
  'siteSource',
  'knowledgeFile',
  'snippet',
  'aiAgent',
  'question',
  'testRun',
  'widgetKey',
  'chatSession',
  'chatHistory',
] as const;
export type Kind = (typeof kinds)[number];
export type Values = Readonly<Record<Kind, string | number>>;

/** Name nothing that a subscription owns: an address of a service, a place in the caller's own ticket. */
export const alwaysOwn: ReadonlySet<Kind> = new Set<Kind>(['providerAddress', 'comment']);

/** `METHOD /path where.name`, with the place as path, query or body, against the kind it names. */
const named: readonly (readonly [RegExp, Kind])[] = [
  [/\/operator\/subscriptions\/:id\S* path\.id$/, 'subscription'],
  [/\/operator\/subscriptions query\.after$/, 'subscription'],
  [/\/usage\/receipts query\.after$/, 'receipt'],
  [/\/operator\/tokens\/:id path\.id$/, 'adminToken'],
  [/\/erase body\.name$/, 'subscriptionName'],
  [/\/v1\/auth\/sign-in body\.subscription$/, 'subscriptionName'],
  [/\/v1\/auth\/(?:link|invitation|reset|email|deletion) body\.token$/, 'linkToken'],
  [/\/(?:install|sidebar) body\.token$/, 'signedToken'],
  [/\/install body\.key$/, 'subscriptionKey'],
  [/\/callback query\.state$/, 'zendeskState'],
  [/\.accountId$/, 'account'],
  [/\.sessionId$/, 'session'],
  [/\.providerIds?$/, 'provider'],
  [/\/questions\S* body\.sourceIds$/, 'fileSource'],
  [/\.(?:ticketId|targetId|sourceIds|problemId)$/, 'ticket'],
  [/\.macroId$/, 'macro'],
  [/\/merges\/:jobId path\.jobId$/, 'mergeJob'],
  [/\/merges body\.confirmation$/, 'mergeConfirmation'],
  [/\.changeId$/, 'triageChange'],
  [/\.webhookKey$/, 'webhookKey'],
  [/\.receiptId$/, 'receipt'],
  [/\.budgetId$/, 'budget'],
  [/\/:sourceId\/snippets\S* path\.sourceId$/, 'snippetSource'],
  [/\/:sourceId\/reading path\.sourceId$/, 'siteSource'],
  [/\.sourceId$/, 'fileSource'],
  [/\.fileId$/, 'knowledgeFile'],
  [/\.snippetId$/, 'snippet'],
  [/\.aiAgentId$/, 'aiAgent'],
  [/\.questionId$/, 'question'],
  [/\.runId$/, 'testRun'],
  [/\.agentKey$/, 'widgetKey'],
  [/\/sessions body\.session$/, 'chatSession'],
  [/\/v1\/chat\/\S+ body\.history$/, 'chatHistory'],
  [/\.sinceCommentId$/, 'comment'],
  [/\.(?:email|contactEmail|contact)$/, 'email'],
  [/\.challenge$/, 'challenge'],
  [/\.appId$/, 'app'],
  [/\.installationId$/, 'installation'],
  [/\.subdomain$/, 'subdomain'],
  [/\.clientId$/, 'clientId'],
  [/\.baseUrl$/, 'providerAddress'],
];
/** Look like ids or keys and name nothing of a subscription: what the caller brings, or numbers of their own Zendesk. */
const harmless =
  /\.(?:apiKey|apiToken|publicKey|clientSecret|brandIds?|groupIds?|formIds?|fieldIds?)$|knowledge\/sources\S* body\.(?:id|key)$/;
const looksLikeId =
  /(?:^id|Ids?|_ids?|uuid|email|token|keys?|challenge|state)$|^(?:after|before|cursor|next)$|^(?:subscription|tenant|account|session|user|owner)/i;

/** The kind a parameter names; undefined when it names nothing; `unclassified` when it looks like an id that nobody has said the kind of. */
export function kindOf(
  route: string,
  where: 'path' | 'query' | 'body',
  name: string,
  format?: string,
): Kind | 'unclassified' | undefined {
  const place = `${route} ${where}.${name}`;
  const found = named.find(([pattern]) => pattern.test(place));
  if (found !== undefined) return found[1];
  if (harmless.test(place)) return undefined;
  return looksLikeId.test(name) || format === 'uuid' || format === 'email' ? 'unclassified' : undefined;
}
