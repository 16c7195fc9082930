import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { settings } from '../../src/config.ts';
import { runFeature } from '../../src/contract/copilot.ts';
import { endpoints, type AnyEndpoint } from '../../src/contract/endpoints.ts';
import { problemTypes } from '../../src/kernel/problem-types.ts';
import { dataCatalogue } from '../../src/services/data-catalogue/catalogue.ts';
import type { ColumnEntry } from '../../src/services/data-catalogue/entry.ts';
import { missingChecks, provenChecks, unproven } from './security-index.ts';
import { features } from '../../src/copilot/features/index.ts';

const generatedNote = 'Generated from the source by `npm run generate`; a change by hand is overwritten.';

const cell = (text: string): string => text.replaceAll('|', '\\|');

function problemsPage(): string {
  const rows = Object.entries(problemTypes).map(
    ([slug, { status, title, wayOut }]) => `| \`${slug}\` | ${status} | ${cell(title)} | ${cell(wayOut)} |`,
  );
  return `# Problems\n\n${generatedNote}\n\nErrors are \`application/problem+json\` (RFC 9457): \`type\` is \`/problems/<slug>\`, \`instance\` the request id, \`wayOut\` what to do, \`retryAfterSeconds\` when waiting helps.\n\n| slug | status | title | way out |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function configurationPage(): string {
  const rows = Object.values(settings).map(({ variable, schema, about }) => {
    const unset = schema.safeParse(undefined);
    const value =
      unset.success && unset.data !== undefined && !Array.isArray(unset.data)
        ? `\`${String(unset.data).replace(/^.*\/\.indesk$/, '~/.indesk')}\``
        : '';
    return `| \`${variable}\` | ${value} | ${cell(about)} |`;
  });
  return `# Configuration\n\n${generatedNote}\n\nEnvironment variables of the server. \`npm start\` sets those of the sandbox by itself; an unknown \`INDESK_…\` variable is refused at the start.\n\n| variable | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function endpointsPage(): string {
  const rows = endpoints.map((one) => {
    const audit = 'event' in one.audit ? one.audit.event : `none: ${one.audit.none}`;
    const permission =
      'permission' in one.permission ? one.permission.permission : `none: ${one.permission.none}`;
    return `| \`${one.method} ${one.path}\` | ${cell(one.summary)} | ${one.audience} | ${cell(permission)} | ${cell(audit)} | ${one.rateClass} | ${one.bodyLimit} |`;
  });
  const sends = features.map(
    ({ name, title, model }) =>
      `| \`${name}\` | ${title} | ${model === undefined ? 'nothing: it asks no model' : model.sends.join(', ')} |`,
  );
  return `# Endpoints\n\n${generatedNote}\n\n| endpoint | what | audience | permission | audit | limit class | body limit (bytes) |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n\nMachine-readable: [openapi.json](openapi.json).\n\n## What each feature sends to the AI provider\n\n| feature | title | fields |\n|---|---|---|\n${sends.join('\n')}\n`;
}

function storedDataPage(): string {
  const row = ([name, column]: readonly [string, ColumnEntry]): string => {
    const kept = 'sealed' in column ? '**sealed**' : `plain: ${cell(column.plain)}`;
    return `| \`${name}\` | ${cell(column.purpose)} | ${kept} | ${column.retention === undefined ? '' : cell(column.retention)} |`;
  };
  const tables = Object.entries(dataCatalogue).map(
    ([name, { purpose, retention, erasedBy, columns }]) =>
      `## ${name}\n\n${purpose}\n\n- Stays: ${retention}.\n- Goes: ${erasedBy}.\n\n| column | for | kept | stays otherwise |\n|---|---|---|---|\n${Object.entries(columns).map(row).join('\n')}\n`,
  );
  return `# Stored data\n\n${generatedNote}\n\nEvery column of every table. “Sealed” is AES-256-GCM under a key of the subscription, bound to the column and row; the database refuses anything else there. A column that is missing here fails the tests.\n\n${tables.join('\n')}`;
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
}

function openApi(): string {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const one of endpoints) {
    const path = one.path.replace(/:(\w+)/g, '{$1}');
    const names = [...one.path.matchAll(/:(\w+)/g)].map((match) => match[1]);
    const response = jsonSchema(one.response, 'output');
    paths[path] = {
      ...paths[path],
      [one.method.toLowerCase()]: {
        summary: one.summary,
        security: one.audience === 'public' ? [] : [{ [one.audience]: [] }],
        parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
        ...(one.method !== 'GET' && {
          requestBody: { content: { 'application/json': { schema: bodySchema(one) } } },
        }),
        responses: {
          200: {
            description:
              one.answers === 'stream'
                ? 'Server-sent events, or one JSON body when JSON alone is accepted'
                : 'OK',
            content: {
              'application/json': { schema: response },
              ...(one.answers === 'stream' && { 'text/event-stream': { schema: { type: 'string' } } }),
            },
          },
          default: {
            description: 'A problem',
            content: { 'application/problem+json': { schema: { type: 'object' } } },
          },
        },
      },
    };
  }
  return `${JSON.stringify({ openapi: '3.1.0', info: { title: 'InDesk', version: '1' }, paths, components: { securitySchemes: Object.fromEntries(['sidebar', 'console', 'operator', 'widget'].map((name) => [name, { type: 'http', scheme: 'bearer' }])) } }, null, 2)}\n`;
}

function bodySchema(one: AnyEndpoint): unknown {
  if (one.path !== runFeature.path) return jsonSchema(one.body, 'input');
  return {
    oneOf: features.map(({ name, input }) => ({ title: name, ...(jsonSchema(input, 'input') as object) })),
  };
}

function securityChecksPage(): string {
  const proven = provenChecks(join(import.meta.dirname, '../..'));
  const rows = proven.flatMap(({ number, tests }) =>
    tests.map(({ file, name }) => `| ${number} | ${cell(name)} | \`${file}\` |`),
  );
  const open = [
    ...missingChecks(proven).map((number) => `- ${number}`),
    ...Object.entries(unproven).map(([number, reason]) => `- ${number}: ${reason}`),
  ];
  const openList = open.length === 0 ? 'None.' : open.join('\n');
  return `# Security and reliability checks\n\n${generatedNote}\n\nEach numbered check (S security, R reliability) and the tests whose names begin with its number.\n\n## Promised and without a test of that number yet\n\n${openList}\n\n## Proven\n\n| check | test | file |\n|---|---|---|\n${rows.join('\n')}\n`;
}

/** Every generated file with what it should hold. */
export const references = (): Readonly<Record<string, string>> => ({
  'docs/reference/problems.md': problemsPage(),
  'docs/reference/configuration.md': configurationPage(),
  'docs/reference/endpoints.md': endpointsPage(),
  'docs/reference/openapi.json': openApi(),
  'docs/reference/security-checks.md': securityChecksPage(),
  'docs/reference/stored-data.md': storedDataPage(),
});

/** Generated files that are missing or no longer say what the source says. */
export function staleReferences(root: string): string[] {
  return Object.entries(references())
    .filter(
      ([file, text]) => !existsSync(join(root, file)) || readFileSync(join(root, file), 'utf8') !== text,
    )
    .map(([file]) => `${file} is not current: npm run generate`);
}
