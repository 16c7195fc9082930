import { placed, requestFor, type ProbeRequest } from './client.ts';
import { alwaysOwn, kindOf, type Kind, type Values } from './kinds.ts';
import type { ProbedRoute } from './route-table.ts';
import { plausible, unique } from './samples.ts';

/** The same request twice: once with something of another subscription, once with something nobody has. */
export interface Pair {
  readonly what: string;
  readonly foreign: () => ProbeRequest;
  readonly unknown: () => ProbeRequest;
}

/** Queries that a page reads from its address, where nothing sees it read them. */
const readByHand: Readonly<Record<string, readonly string[]>> = {
  'GET /oauth/confluence/callback': ['state', 'code', 'error'],
  'GET /oauth/zendesk/callback': ['state', 'code', 'error', 'subdomain'],
};

/** Values nobody has, new each time: limits count by some of them. */
export const unknownValues = (subdomain?: string): Values => ({
  ...plausible,
  ...(subdomain !== undefined && { subdomain }),
  email: `nobody-${unique()}@nowhere.example`,
  subscription: crypto.randomUUID(),
  account: crypto.randomUUID(),
  session: crypto.randomUUID(),
  provider: crypto.randomUUID(),
  triageChange: crypto.randomUUID(),
  receipt: crypto.randomUUID(),
  budget: crypto.randomUUID(),
});

const asQuery = (values: Values): Record<string, string> => ({
  id: String(values.subscription),
  subscription: String(values.subscription),
  subscription_id: String(values.subscription),
  subscriptionId: String(values.subscription),
  tenant_id: String(values.subscription),
  tenantId: String(values.subscription),
  account_id: String(values.account),
  accountId: String(values.account),
  sessionId: String(values.session),
  providerId: String(values.provider),
  ticketId: String(values.ticket),
});
const asHeaders = (values: Values): Record<string, string> => ({
  'x-subscription-id': String(values.subscription),
  'x-tenant-id': String(values.subscription),
  'x-account-id': String(values.account),
  'x-user-id': String(values.account),
  'x-forwarded-user': String(values.email),
  'x-session-id': String(values.session),
  'x-original-url': `/v1/operator/subscriptions/${values.subscription}`,
});
const asFields = (values: Values): Record<string, unknown> => ({
  ...asQuery(values),
  ids: [values.subscription, values.account],
  filter: asQuery(values),
  where: [{ account: { id: values.account, subscription_id: values.subscription } }],
});

export interface PairOptions {
  readonly own: Values;
  readonly foreign: Values;
  readonly unknown: () => Values;
  /** Names the handler has been seen to read from the query. */
  readonly query: readonly string[];
  /** Kinds a caller may name of anybody: operators name subscriptions. */
  readonly allowed: ReadonlySet<Kind>;
  /** Who is turned away at the door needs fewer kinds of requests to show it. */
  readonly admitted: boolean;
}

const asArray = ' as an array';

/** Every place in which a request to a route could name something of another subscription. */
export function pairsFor(
  route: ProbedRoute,
  { own, foreign, unknown, query, allowed, admitted }: PairOptions,
): readonly Pair[] {
  const base = (): ProbeRequest => requestFor(route, own);
  const named: Pair[] = placesOf(route, query)
    .filter(({ kind }) => !allowed.has(kind) && !alwaysOwn.has(kind))
    .flatMap(({ where, path, kind }) => {
      const at = (values: () => Values) => (wrap: (value: string | number) => unknown) => () =>
        placed(base(), where, path, wrap(values()[kind]));
      const [theirs, nobodys] = [at(() => foreign), at(unknown)];
      const what = `${where} ${path.join('.')}`;
      const plain = (value: string | number): unknown => value;
      const single = { what, foreign: theirs(plain), unknown: nobodys(plain) };
      if (where === 'path') return [single];
      const many = (value: string | number): unknown => [value];
      return [single, { what: what + asArray, foreign: theirs(many), unknown: nobodys(many) }];
    });
  const besides = (what: string, put: (request: ProbeRequest, values: Values) => ProbeRequest): Pair => ({
    what,
    foreign: () => put(base(), foreign),
    unknown: () => put(base(), unknown()),
  });
  const takesFields = route.method !== 'GET' && route.url !== '/sidebar';
  const withFields = (request: ProbeRequest, values: Values): ProbeRequest => ({
    ...request,
    body: {
      ...(request.body as object | undefined),
      ...without(asFields(values), route.shape?.keys ?? []),
    },
  });
  if (!admitted) {
    const all = (request: ProbeRequest, values: Values): ProbeRequest => ({
      ...(takesFields ? withFields(request, values) : request),
      query: { ...asQuery(values), ...request.query },
      headers: asHeaders(values),
    });
    return [...named.filter(({ what }) => !what.endsWith(asArray)), besides('everything undeclared', all)];
  }
  const undeclared = [
    besides('undeclared query', (request, values) => ({
      ...request,
      query: { ...asQuery(values), ...request.query },
    })),
    besides('undeclared headers', (request, values) => ({ ...request, headers: asHeaders(values) })),
    ...(takesFields ? [besides('undeclared fields', withFields)] : []),
  ];
  const streams = 'answers' in route.declared && route.declared.answers === 'stream';
  return [...named, ...undeclared, ...(streams ? named.map(asStream) : [])];
}

const asStream = ({ what, foreign, unknown }: Pair): Pair => {
  const streamed = (make: () => ProbeRequest) => () => ({
    ...make(),
    headers: { accept: 'text/event-stream' },
  });
  return { what: `${what}, streamed`, foreign: streamed(foreign), unknown: streamed(unknown) };
};

interface Place {
  readonly where: 'path' | 'query' | 'body';
  readonly path: readonly string[];
  readonly kind: Kind;
}

function placesOf(route: ProbedRoute, query: readonly string[]): readonly Place[] {
  const isKind = (kind: Kind | 'unclassified' | undefined): kind is Kind =>
    kind !== undefined && kind !== 'unclassified';
  const places: { where: Place['where']; path: readonly string[]; kind: Kind | undefined }[] = [
    ...route.pathParameters.map(({ name, kind }) => ({ where: 'path' as const, path: [name], kind })),
    ...(route.shape?.leaves ?? []).map(({ path, kind }) => ({ where: 'body' as const, path, kind })),
    ...queryNames(route, query).map((name) => {
      const kind = kindOf(route.key, 'query', name);
      return { where: 'query' as const, path: [name], kind: isKind(kind) ? kind : undefined };
    }),
  ];
  return places.flatMap(({ kind, ...place }) => (kind === undefined ? [] : [{ ...place, kind }]));
}

const queryNames = (route: ProbedRoute, query: readonly string[]): readonly string[] => [
  ...new Set([...query, ...(readByHand[route.key] ?? [])]),
];

/** Names read from queries and from bodies without a schema that look like ids, and of which nobody has said the kind. */
export function unclassifiedReads(
  routes: readonly ProbedRoute[],
  read: { readonly query: ReadonlyMap<string, Set<string>>; readonly body: ReadonlyMap<string, Set<string>> },
): readonly string[] {
  const queries = routes.flatMap((route) =>
    queryNames(route, [...(read.query.get(route.key) ?? [])])
      .filter((name) => kindOf(route.key, 'query', name) === 'unclassified')
      .map((name) => `${route.key} query.${name}: looks like an id`),
  );
  const bodies = routes
    .filter(
      ({ opaqueBody, shape, key }) =>
        opaqueBody && shape === undefined && (read.body.get(key)?.size ?? 0) > 0,
    )
    .map(({ key }) => `${key}: reads a body whose schema nobody has named`);
  return [...new Set([...queries, ...bodies])];
}

function without(fields: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
}
