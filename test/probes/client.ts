import type { Kind, Values } from './kinds.ts';
import type { ProbedRoute } from './route-table.ts';
import { queries, withValue } from './samples.ts';
import type { World } from './world.ts';

/** One request of a probe, before a caller's credentials are put to it. */
export interface ProbeRequest {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  /** The slug of a problem. */
  readonly problem: string | undefined;
  readonly text: string;
  readonly headers: Headers;
}

/** The request a route is made for, with everything a subscription's own. */
export function requestFor(
  route: ProbedRoute,
  values: Values,
  change: Partial<ProbeRequest> = {},
): ProbeRequest {
  return {
    parameters: Object.fromEntries(
      route.pathParameters.map(({ name, kind }) => [
        name,
        kind === undefined ? (route.fixed[name] ?? 'x') : String(values[kind]),
      ]),
    ),
    query: queries[route.key] ?? {},
    headers: {},
    body: route.takesBody ? (route.shape?.sample((kind: Kind) => values[kind]) ?? {}) : undefined,
    ...change,
  };
}

let sent = 0;

/** An address nothing has come from yet, in a network of its own: limits count by both. */
export function nextAddress(): string {
  sent += 1;
  return `10.${(sent >> 8) & 255}.${sent & 255}.1`;
}

/** Sends a request as the console's own page would, each from another address. */
export async function send(
  world: World,
  route: ProbedRoute,
  { parameters, query, headers, body }: ProbeRequest,
  credentials: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const path = route.url.replace(/:(\w+)/g, (_all, name: string) =>
    encodeURIComponent(parameters[name] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  const isForm = route.url === '/sidebar';
  const response = await fetch(`${world.url}${path}${search === '' ? '' : `?${search}`}`, {
    method: route.method,
    redirect: 'manual',
    headers: {
      'sec-fetch-site': 'same-origin',
      'x-indesk-console': '1',
      accept: 'application/json',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
      'x-forwarded-for': nextAddress(),
      ...(body !== undefined && {
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      }),
      ...credentials,
      ...headers,
    },
    ...(body !== undefined && {
      body: isForm
        ? new URLSearchParams(body as Record<string, string>)
        : typeof body === 'string'
          ? body
          : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  return { status: response.status, problem: problemIn(text), text, headers: response.headers };
}

function problemIn(text: string): string | undefined {
  return /\/problems\/([a-z-]+)/.exec(text)?.[1];
}

const changing: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME'],
  [/[\w-]{20,}\.[\w-]{20,}(?:\.[\w-]{20,})?/g, 'TOKEN'],
  [/127\.0\.0\.1:\d+/g, 'SIMULATOR'],
  [/[A-Za-z0-9_-]{32,}/g, 'RANDOM'],
  [/"(?:[a-z]\w*Ms|[a-z]+Seconds|[a-z]*[tT]okens|costEstimate)":[\d.e-]+/g, 'NUMBER'],
];

/** An answer without what differs between any two: ids, times, tokens, and the value that was asked for. */
export function comparable({ status, text }: Answer, asked: readonly string[]): string {
  let same = text;
  for (const value of asked) same = same.replaceAll(value, 'ASKED');
  for (const [pattern, word] of changing) same = same.replace(pattern, word);
  return `${status} ${same}`;
}

/** Every text and number of a request that is long enough to be known again. */
export function valuesIn(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(valuesIn);
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return text.length < 6 ? [] : [text];
}

/** A request with a value put where a route takes it. */
export function placed(
  request: ProbeRequest,
  where: 'path' | 'query' | 'body',
  path: readonly string[],
  value: unknown,
): ProbeRequest {
  const [name = ''] = path;
  if (where === 'path') return { ...request, parameters: { ...request.parameters, [name]: String(value) } };
  if (where === 'query') return { ...request, query: { ...request.query, [name]: String(value) } };
  return { ...request, body: withValue(request.body, path, value) };
}
