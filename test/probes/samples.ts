import { z } from 'zod';
import { kindOf, type Kind } from './kinds.ts';

/** A field of a body; `path` holds `[]` for the elements of an array. */
export interface Leaf {
  readonly path: readonly string[];
  readonly name: string;
  readonly kind: Kind | undefined;
}

export interface BodyShape {
  readonly leaves: readonly Leaf[];
  /** Fields nobody can fill or has said the kind of. */
  readonly unclassified: readonly string[];
  /** The keys the endpoint takes at the top. */
  readonly keys: readonly string[];
  /** A valid body of required fields; `value` gives what a kind is. */
  sample(value: (kind: Kind) => string | number): unknown;
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minItems?: number;
}

/** Texts for fields whose schema does not say enough. */
export const texts: Readonly<Record<string, string | (() => string)>> = {
  password: 'violet kettle seventeen',
  currentPassword: 'violet kettle seventeen',
  newPassword: 'copper lantern forty-two',
  code: '000000',
  kind: 'openai-compatible',
  locale: 'en',
  language: 'en',
  targetLanguage: 'de',
  first: '2026-01',
  last: '2026-01',
  file: 'none.js',
  apiKey: 'sk-sim.n=3',
  mode: 'shorten',
  label: () => `Label ${unique()}`,
  name: () => `Name ${unique()}`,
  scopes: 'usage:read',
};
/** Queries without which an address answers nothing; the contract does not declare queries. */
export const queries: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'GET /v1/usage': { from: '2026-01-01', to: '2026-01-31' },
  'GET /v1/usage/feedback': { from: '2026-01-01', to: '2026-01-31' },
};
let serial = 0;
export const unique = (): number => (serial += 1);

/** What an endpoint's schema says of its bodies, and how to fill one. */
export function shapeOf(route: string, schema: z.ZodType): BodyShape {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const leaves: Leaf[] = [];
  const unclassified: string[] = [];
  const walk = (node: JsonSchema, path: readonly string[]): void => {
    for (const part of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) walk(part, path);
    for (const [name, child] of Object.entries(node.properties ?? {})) walk(child, [...path, name]);
    if (node.items !== undefined) walk(node.items, [...path, '[]']);
    const isLeaf = node.properties === undefined && node.items === undefined && node.anyOf === undefined;
    const name = path.findLast((part) => part !== '[]');
    if (!isLeaf || name === undefined || node.type === 'null' || node.type === 'boolean') return;
    const kind = kindOf(route, 'body', name, node.format);
    if (kind === 'unclassified') unclassified.push(`${route} body.${path.join('.')}: looks like an id`);
    else leaves.push({ path, name, kind });
  };
  walk(json, []);
  const shape: BodyShape = {
    leaves,
    unclassified,
    keys: Object.keys(json.properties ?? {}),
    sample: (value) => fill(route, json, '', value),
  };
  // The schema itself says whether what was made for it is a body it takes.
  const tried = schema.safeParse(shape.sample((kind) => plausible[kind]));
  if (!tried.success)
    unclassified.push(
      ...tried.error.issues.map(
        ({ path, message }) => `${route} body.${path.join('.')}: cannot be filled (${message})`,
      ),
    );
  return shape;
}

/** A value of the right form for every kind, which nothing has. */
export const plausible: Readonly<Record<Kind, string | number>> = {
  subscription: 'f0000000-0000-4000-8000-000000000001',
  subscriptionName: 'Nobody’s name',
  account: 'f0000000-0000-4000-8000-000000000002',
  session: 'f0000000-0000-4000-8000-000000000003',
  provider: 'f0000000-0000-4000-8000-000000000004',
  email: 'nobody@nowhere.example',
  ticket: 88_888_888,
  comment: 88_888_888,
  adminToken: 'zzzzzzzzzz',
  linkToken: 'z'.repeat(43),
  challenge: 'z'.repeat(43),
  subscriptionKey: 'z'.repeat(40),
  signedToken: 'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJub3doZXJlIn0.c2ln',
  zendeskState: 'z'.repeat(43),
  subdomain: 'nobody-here',
  clientId: 'nobody',
  app: 88_888_888,
  installation: 88_888_888,
  providerAddress: 'https://nowhere.example',
  macro: 88_888_888,
  mergeJob: 'zzzzzzzzzzzzzzzz',
  mergeConfirmation: 'z'.repeat(43),
  triageChange: 'f0000000-0000-4000-8000-000000000005',
  webhookKey: 'z'.repeat(43),
  receipt: 'f0000000-0000-4000-8000-000000000006',
  budget: 'f0000000-0000-4000-8000-000000000007',
  fileSource: 'f0000000-0000-4000-8000-000000000009',
  snippetSource: 'f0000000-0000-4000-8000-00000000000a',
  siteSource: 'f0000000-0000-4000-8000-00000000000b',
  knowledgeFile: 'f0000000-0000-4000-8000-00000000000c',
  snippet: 'f0000000-0000-4000-8000-00000000000d',
  aiAgent: 'f0000000-0000-4000-8000-000000000008',
  question: 'f0000000-0000-4000-8000-00000000000e',
  testRun: 'f0000000-0000-4000-8000-00000000000f',
  widgetKey: 'z'.repeat(22),
  chatSession: 'e30.zzzz',
  chatHistory: '0.AAAA',
};

function fill(
  route: string,
  node: JsonSchema,
  name: string,
  value: (kind: Kind) => string | number,
): unknown {
  const kind = name === '' ? undefined : kindOf(route, 'body', name, node.format);
  if (kind !== undefined && kind !== 'unclassified' && node.type !== 'array') return value(kind);
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined)
    return choices.some(({ type }) => type === 'null') ? null : fill(route, choices[0] ?? {}, name, value);
  if (node.const !== undefined) return node.const;
  const known = texts[name];
  if (node.enum !== undefined) return node.enum.includes(known) ? known : node.enum[0];
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        [...(node.required ?? []), ...wanted(node)].map((key) => [
          key,
          fill(route, node.properties?.[key] ?? {}, key, value),
        ]),
      );
    case 'array':
      return (node.minItems ?? 0) > 0 ? [fill(route, node.items ?? {}, name, value)] : [];
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return Math.max(node.minimum ?? 1, 1);
    case 'string':
      if (node.format === 'uri') return 'https://nowhere.example';
      if (node.format === 'date-time') return '2099-01-01T00:00:00Z';
      return typeof known === 'function' ? known() : (known ?? 'sample');
    default:
      return {};
  }
}

/** Fields the schema does not ask for and a rule beside it does. */
const wanted = ({ properties, required }: JsonSchema): readonly string[] =>
  ['baseUrl'].filter((name) => properties?.[name] !== undefined && required?.includes(name) !== true);

/** A copy of a body with a value at a place; what is missing on the way is made. */
export function withValue(body: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (key === '[]') return [withValue(undefined, rest, value)];
  const object = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
  return { ...object, [key]: withValue((object as Record<string, unknown>)[key], rest, value) };
}
