import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJson } from './model.ts';
import type { Json } from './model.ts';
import { startTestAccount } from './test-account.ts';
import type { TestAccount } from './test-account.ts';

const FILE = fileURLToPath(new URL('../../../shared/specs/zendesk-support-oas-2024.yaml', import.meta.url));
const present = existsSync(FILE);
const specification: Json = present ? (parse(readFileSync(FILE, 'utf8')) as Json) : {};
const label = present ? '' : ' (skipped: the vendor’s specification is not on this machine)';

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
  await account.call('POST', '/_sandbox/settings', { jobDurationMilliseconds: 20 });
});
afterAll(() => account.simulator.close());

/** Endpoints to check: the request, and its path as the specification spells it. */
const CHECKED: [method: string, path: string, specified: string, body?: Json][] = [
  ['GET', '/api/v2/tickets/11', '/api/v2/tickets/{ticket_id}'],
  ['GET', '/api/v2/tickets', '/api/v2/tickets'],
  ['GET', '/api/v2/tickets/show_many?ids=11,12', '/api/v2/tickets/show_many'],
  ['GET', '/api/v2/tickets/11/related', '/api/v2/tickets/{ticket_id}/related'],
  [
    'PUT',
    '/api/v2/tickets/11',
    '/api/v2/tickets/{ticket_id}',
    { ticket: { priority: 'high', comment: { body: 'x' } } },
  ],
  ['POST', '/api/v2/tickets', '/api/v2/tickets', { ticket: { subject: 'x', comment: { body: 'x' } } }],
  [
    'POST',
    '/api/v2/tickets',
    '/api/v2/tickets',
    {
      ticket: {
        subject: 'Chat',
        external_id: 'indesk-chat:1',
        tags: ['indesk_ai_agent'],
        requester: { name: 'New Person', email: 'new@example.com' },
        comment: { html_body: '<p>x</p>', public: false },
        metadata: { indesk_delivery: 'chat:1:1' },
        via_followup_source_id: 14,
      },
    },
  ],
  ['GET', '/api/v2/tickets?external_id=indesk-chat:1', '/api/v2/tickets'],
  ['GET', '/api/v2/tickets/11/audits?sort=-created_at&page[size]=100', '/api/v2/tickets/{ticket_id}/audits'],
  ['POST', '/api/v2/tickets/11/merge', '/api/v2/tickets/{ticket_id}/merge', { ids: [12] }],
  ['GET', '/api/v2/tickets/13/comments?include=users', '/api/v2/tickets/{ticket_id}/comments'],
  ['GET', '/api/v2/tickets/13/comments/count', '/api/v2/tickets/{ticket_id}/comments/count'],
  ['GET', '/api/v2/tickets/11/audits', '/api/v2/tickets/{ticket_id}/audits'],
  ['GET', '/api/v2/tickets/11/tags', '/api/v2/tickets/{ticket_id}/tags'],
  ['PUT', '/api/v2/tickets/13/tags', '/api/v2/tickets/{ticket_id}/tags', { tags: ['a'] }],
  ['GET', '/api/v2/macros?include=usage_7d', '/api/v2/macros'],
  ['GET', '/api/v2/macros/801', '/api/v2/macros/{macro_id}'],
  ['GET', '/api/v2/macros/active', '/api/v2/macros/active'],
  ['GET', '/api/v2/macros/801/apply', '/api/v2/macros/{macro_id}/apply'],
  ['GET', '/api/v2/tickets/13/macros/801/apply', '/api/v2/tickets/{ticket_id}/macros/{macro_id}/apply'],
  ['GET', '/api/v2/search?query=type:ticket lamp', '/api/v2/search'],
  ['GET', '/api/v2/search/count?query=lamp', '/api/v2/search/count'],
  ['GET', '/api/v2/search/export?query=lamp&filter[type]=ticket', '/api/v2/search/export'],
  ['GET', '/api/v2/users/me', '/api/v2/users/me'],
  ['GET', '/api/v2/users/1', '/api/v2/users/{user_id}'],
  ['GET', '/api/v2/users/show_many?ids=1,9001', '/api/v2/users/show_many'],
  ['GET', '/api/v2/groups', '/api/v2/groups'],
  ['GET', '/api/v2/group_memberships', '/api/v2/group_memberships'],
  ['GET', '/api/v2/organizations', '/api/v2/organizations'],
  ['GET', '/api/v2/brands', '/api/v2/brands'],
  ['GET', '/api/v2/ticket_fields', '/api/v2/ticket_fields'],
  ['GET', '/api/v2/tags', '/api/v2/tags'],
  ['GET', '/api/v2/satisfaction_ratings', '/api/v2/satisfaction_ratings'],
  ['GET', '/api/v2/incremental/tickets/cursor?start_time=1', '/api/v2/incremental/tickets/cursor'],
];

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((found, key) => (isJson(found) ? found[key] : undefined), value);
}

/** Follows `$ref`s inside the document. */
function resolve(value: unknown): unknown {
  const reference = at(value, '$ref');
  if (typeof reference !== 'string') return value;
  return resolve(at(specification, ...reference.replace('#/', '').split('/')));
}

/**
 * Makes a JSON schema of an OpenAPI 3.0 one. Null is let through wherever a type is named: the
 * document leaves `nullable` out of many fields that its own examples show as null.
 */
function toSchema(source: unknown, depth = 0): unknown {
  const schema = resolve(source);
  if (!isJson(schema) || depth > 12) return {};
  const next: Json = {};
  for (const key of ['required', 'enum'] as const) if (schema[key] !== undefined) next[key] = schema[key];
  if (typeof schema['type'] === 'string') next['type'] = [schema['type'], 'null'];
  if (Array.isArray(next['enum'])) next['enum'] = [...next['enum'], null];
  if (isJson(schema['properties'])) {
    next['properties'] = Object.fromEntries(
      Object.entries(schema['properties']).map(([key, value]) => [key, toSchema(value, depth + 1)]),
    );
  }
  if (schema['items'] !== undefined) next['items'] = toSchema(schema['items'], depth + 1);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const list = schema[key];
    // `oneOf` alternatives overlap in the document, so any of them may match.
    if (Array.isArray(list))
      next[key === 'oneOf' ? 'anyOf' : key] = list.map((item) => toSchema(item, depth + 1));
  }
  return next;
}

function responseOf(method: string, specified: string, status: number): unknown {
  const responses = at(specification, 'paths', specified, method.toLowerCase(), 'responses');
  return at(resolve(at(responses, String(status))), 'content', 'application/json');
}

describe('answers against the vendor’s own specification', () => {
  it.skipIf(!present).each(CHECKED)(`%s %s fits %s${label}`, async (method, path, specified, body) => {
    const reply = await account.call(method, path, body);
    expect(reply.status).toBeLessThan(300);
    const content = responseOf(method, specified, reply.status);
    expect(content, `${method} ${specified} ${reply.status} is in the specification`).toBeDefined();
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(toSchema(at(content, 'schema')) as Json);
    validate(reply.body);
    expect((validate.errors ?? []).filter((error) => !KNOWN_DEVIATION.test(error.instancePath))).toEqual([]);
  });

  it.skipIf(!present).each([
    ['/api/v2/tickets/11', 'ticket', ['TicketResponseExample', 'ticket']],
    ['/api/v2/tickets/11/comments', 'comments', ['TicketCommentsResponseExample', 'comments']],
    ['/api/v2/users/1', 'user', ['UserResponseExample', 'user']],
    ['/api/v2/groups', 'groups', ['GroupsResponseExample', 'groups']],
    ['/api/v2/brands', 'brands', ['BrandsResponseExample', 'brands']],
    ['/api/v2/macros', 'macros', ['MacrosResponseExample', 'macros']],
    ['/api/v2/ticket_fields', 'ticket_fields', ['TicketFieldsResponseExample', 'ticket_fields']],
    ['/api/v2/organizations', 'organizations', ['OrganizationsResponseExample', 'organizations']],
    ['/api/v2/tickets/11/audits', 'audits', ['TicketAuditsForTicketResponseExample', 'audits']],
    ['/api/v2/tickets/11/metrics', 'ticket_metric', ['TicketMetricResponseExample', 'ticket_metric']],
  ] as const)(`%s has every field that the example of %s shows${label}`, async (path, key, example) => {
    const { body } = await account.call('GET', path);
    const [name, part] = example;
    const shown = first(at(specification, 'components', 'examples', name, 'value', part));
    const own = first(body[key]);
    expect(Object.keys(shown).length).toBeGreaterThan(1);
    const missing = Object.keys(shown).filter((field) => !(field in own) && !LEFT_OUT.has(field));
    expect(missing).toEqual([]);
  });
});

/** The document calls a macro action's value text; the service sends `["channel:all", "…"]` for comments. */
const KNOWN_DEVIATION = /\/actions\/\d+\/value$/;

/** Fields the examples show that only exist on some plans, or in seconds beside minutes. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'reply_time_in_seconds',
  'custom_status_updated_at',
  'custom_statuses',
]);

function first(value: unknown): Json {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return isJson(one) ? one : {};
}
