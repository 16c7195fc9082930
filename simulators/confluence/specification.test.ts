import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConfluenceSimulator, type ConfluenceSimulator } from './start-confluence-simulator.ts';
import type { Json } from './site.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/specs/', import.meta.url));
const V2 = `${FOLDER}confluence-cloud-v2.openapi.json`;
const V1 = `${FOLDER}confluence-cloud-v1-2022.openapi.json`;
const present = existsSync(V2) && existsSync(V1);
const label = present ? '' : ' (skipped: the vendor’s specification is not on this machine)';
const read = (file: string): Json => (present ? (JSON.parse(readFileSync(file, 'utf8')) as Json) : {});
const documents = { v2: read(V2), v1: read(V1) };

let simulator: ConfluenceSimulator;
beforeAll(async () => {
  simulator = await startConfluenceSimulator({ port: 0 });
});
afterAll(() => simulator.close());

/** Requests to check, and their path as the specification spells it. */
const CHECKED: [path: string, document: 'v1' | 'v2', specified: string][] = [
  ['/wiki/api/v2/pages?limit=3', 'v2', '/pages'],
  ['/wiki/api/v2/pages?id=98319&id=98320&body-format=storage', 'v2', '/pages'],
  ['/wiki/api/v2/pages/98319?body-format=storage', 'v2', '/pages/{id}'],
  ['/wiki/api/v2/spaces/65538/pages', 'v2', '/spaces/{id}/pages'],
  ['/wiki/api/v2/spaces?limit=2', 'v2', '/spaces'],
  [
    `/wiki/rest/api/search?cql=${encodeURIComponent('type = page and text ~ "warranty"')}`,
    'v1',
    '/wiki/rest/api/search',
  ],
];

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Json)[key] : undefined),
    value,
  );
}

/**
 * Makes a JSON schema of an OpenAPI 3.0 one, with references followed. Null is let through wherever a type is named: the
 * documents leave `nullable` out of fields that are null in practice.
 */
function toSchema(document: Json, source: unknown, depth = 0): unknown {
  const reference = at(source, '$ref');
  if (typeof reference === 'string')
    return toSchema(document, at(document, ...reference.replace('#/', '').split('/')), depth);
  if (typeof source !== 'object' || source === null || depth > 6) return {};
  const schema = source as Json;
  const next: Json = {};
  if (typeof schema['type'] === 'string') next['type'] = [schema['type'], 'null'];
  if (Array.isArray(schema['enum'])) next['enum'] = [...schema['enum'], null];
  const properties = schema['properties'];
  if (typeof properties === 'object' && properties !== null)
    next['properties'] = Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, toSchema(document, value, depth + 1)]),
    );
  if (schema['items'] !== undefined) next['items'] = toSchema(document, schema['items'], depth + 1);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const)
    if (Array.isArray(schema[key]))
      next[key === 'allOf' ? key : 'anyOf'] = schema[key].map((item) => toSchema(document, item, depth + 1));
  return next;
}

describe('answers against the vendor’s own specification', () => {
  it.skipIf(!present).each(CHECKED)(`GET %s fits %s %s${label}`, async (path, name, specified) => {
    const { email, apiToken } = simulator.simulation;
    const login = Buffer.from(`${email}:${apiToken}`).toString('base64');
    const reply = await fetch(`${simulator.url}${path}`, { headers: { authorization: `Basic ${login}` } });
    expect(reply.status).toBe(200);
    const document = documents[name];
    const schema = at(
      document,
      'paths',
      specified,
      'get',
      'responses',
      '200',
      'content',
      'application/json',
      'schema',
    );
    expect(schema, `${specified} is in the specification`).toBeDefined();
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
      toSchema(document, schema) as Json,
    );
    const body = (await reply.json()) as Json;
    validate(body);
    expect(validate.errors ?? []).toEqual([]);
    // An answer of none of the documented fields would fit as well.
    const made = toSchema(document, schema);
    const parts = [made, ...((at(made, 'allOf') as unknown[] | undefined) ?? [])];
    const known = parts.flatMap((part) => Object.keys((at(part, 'properties') as Json | undefined) ?? {}));
    for (const key of Object.keys(body)) expect(known).toContain(key);
  });
});
