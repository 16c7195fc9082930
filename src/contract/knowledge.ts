import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { transient } from './transient.ts';

const kilobyte = 1024;
const mebibyte = 1024 * kilobyte;
const nothing = z.object({});

/** Limits that people are told; the database and the services hold the same. */
export const knowledgeLimits = {
  /** Of an AI agent, and of the copilot alone. */
  files: 5,
  /** Bytes. */
  file: 10 * mebibyte,
  /** Chunks of files and snippets of an AI agent, or of the copilot alone. */
  chunks: 8_000,
  /** Chunks of a source that is read from elsewhere. */
  locatedChunks: 50_000,
  /** Of a subscription. */
  sources: 100,
  /** Of a source. */
  snippets: 500,
  /** Characters. */
  snippet: 20_000,
} as const;

export const knowledgeKinds = ['files', 'snippets', 'confluence', 'help-center', 'web'] as const;
export const KnowledgeKind = z.enum(knowledgeKinds);
export type KnowledgeKind = z.infer<typeof KnowledgeKind>;

const httpsAddress = z
  .url({ protocol: /^https$/ })
  .max(2_000)
  .refine((text) => new URL(text).username === '', 'No user name in an address');
const addresses = z.array(httpsAddress).max(500);

/** What is read. Sealed where it is stored. */
export const KnowledgeSettings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('files') }),
  z.object({ kind: z.literal('snippets') }),
  z.object({
    kind: z.literal('confluence'),
    spaces: z
      .array(z.object({ id: z.string().min(1).max(40), key: z.string().min(1).max(255) }))
      .min(1)
      .max(50),
  }),
  z.object({
    kind: z.literal('help-center'),
    /** Like `en-us`; empty: every language. */
    locales: z.array(z.string().regex(/^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/)).max(50),
  }),
  z
    .object({ kind: z.literal('web'), urls: addresses, sitemaps: addresses.max(20) })
    .refine(({ urls, sitemaps }) => urls.length + sitemaps.length > 0, 'Name a page or a sitemap'),
]);
export type KnowledgeSettings = z.infer<typeof KnowledgeSettings>;

const name = z.string().trim().min(1).max(100);
const owned = {
  /** Whose knowledge it is; null: of the copilot alone. */
  aiAgentId: z.uuid().nullable(),
  /** Attached to the copilot: `suggest-reply` and `ask` may cite it. */
  inCopilot: z.boolean(),
  /** Not for customers' eyes: what is cited from it is marked. Never of an AI agent's. */
  internal: z.boolean(),
};

/** Format and counts of an uploaded file; the bytes themselves are not kept. */
export const FileMetadata = z.object({
  format: z.enum(['pdf', 'docx', 'txt', 'markdown', 'html', 'csv']),
  bytes: z.number().int(),
  /** Bytes of UTF-8. */
  textBytes: z.number().int(),
  /** Null: a format without pages. */
  pages: z.number().int().nullable(),
});
export type FileMetadata = z.infer<typeof FileMetadata>;

/** How far the vectors of a source are. */
const Vectors = z.object({
  /** `no-model`: found by its words only. `waiting`: being made; it is found by its words meanwhile. */
  state: z.enum(['no-model', 'waiting', 'done']),
  embedded: z.number().int(),
  chunks: z.number().int(),
});

/** How far reading a source from elsewhere is; null for files and snippets. */
const Reading = z.object({
  state: z.enum(['not-begun', 'running', 'done', 'failed', 'cancelled']),
  /** All documents, or only changed ones. */
  kind: z.enum(['full', 'changes']).nullable(),
  read: z.number().int(),
  /** Of these, new or changed. */
  changed: z.number().int(),
  /** Could not be read; they are tried again with the next reading. */
  failed: z.number().int(),
  /** Addresses that were passed over: robots.txt, another host, too many. */
  skipped: z.number().int(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Of the problem it failed with. */
  problem: z.string().nullable(),
});

export const KnowledgeSourceView = z.object({
  id: z.uuid(),
  ...owned,
  name: z.string(),
  settings: KnowledgeSettings,
  /** That can be found now. */
  documents: z.number().int(),
  chunks: z.number().int(),
  vectors: Vectors,
  reading: Reading.nullable(),
  createdAt: z.string(),
});
export type KnowledgeSourceView = z.infer<typeof KnowledgeSourceView>;

export const KnowledgeFileView = z.object({
  id: z.uuid(),
  name: z.string(),
  /** `writing`: its text is being stored. `interrupted`: the upload broke off; upload it again. */
  state: z.enum(['ready', 'writing', 'interrupted']),
  metadata: FileMetadata,
  /** That can be found now. */
  chunks: z.number().int(),
  /** While it is being stored: how many of how many. */
  progress: z.object({ stored: z.number().int(), chunks: z.number().int() }).nullable(),
  uploadedBy: z.uuid().nullable(),
  updatedAt: z.string(),
});
export type KnowledgeFileView = z.infer<typeof KnowledgeFileView>;

export const SnippetView = z.object({
  id: z.uuid(),
  title: z.string(),
  text: z.string(),
  chunks: z.number().int(),
  updatedAt: z.string(),
});
export type SnippetView = z.infer<typeof SnippetView>;

const ofConsole = { audience: 'console', bodyLimit: kilobyte } as const;
const reads = {
  ...ofConsole,
  permission: { permission: 'settings:read' },
  rateClass: 'read',
  body: z.undefined(),
} as const;
const changes = { ...ofConsole, permission: { permission: 'settings:write' }, rateClass: 'write' } as const;
const ofSource = z.object({ sourceId: z.uuid() });
const ofFile = ofSource.extend({ fileId: z.uuid() });
const ofSnippet = ofSource.extend({ snippetId: z.uuid() });

export const listKnowledgeSources = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/knowledge/sources',
  summary: 'Knowledge sources with their progress',
  audit: { none: 'reads settings and counts only' },
  params: nothing,
  response: z.object({ sources: z.array(KnowledgeSourceView) }),
});

export const createKnowledgeSource = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/knowledge/sources',
  summary: 'Add a knowledge source to an AI agent or the copilot',
  audit: { event: 'knowledge.source-created' },
  bodyLimit: 256 * kilobyte,
  params: nothing,
  body: z
    .object({ ...owned, name, settings: KnowledgeSettings })
    .refine(({ aiAgentId, inCopilot }) => aiAgentId !== null || inCopilot, 'It must belong to somebody')
    .refine(({ aiAgentId, internal }) => aiAgentId === null || !internal, 'Visitors read what an agent says'),
  response: KnowledgeSourceView,
});

export const readKnowledgeSource = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/knowledge/sources/:sourceId',
  summary: 'One knowledge source',
  audit: { none: 'reads settings and counts only' },
  params: ofSource,
  response: KnowledgeSourceView,
});

/** What is left out stays. Other settings, of the same kind, have everything read anew. */
export const changeKnowledgeSource = endpoint({
  ...changes,
  method: 'PATCH',
  path: '/v1/knowledge/sources/:sourceId',
  summary: 'Change a knowledge source',
  audit: { event: 'knowledge.source-changed' },
  bodyLimit: 256 * kilobyte,
  params: ofSource,
  body: z
    .object({ name, inCopilot: owned.inCopilot, internal: owned.internal, settings: KnowledgeSettings })
    .partial(),
  response: KnowledgeSourceView,
});

export const deleteKnowledgeSource = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/knowledge/sources/:sourceId',
  summary: 'Delete a knowledge source with everything in it',
  audit: { event: 'knowledge.source-deleted' },
  params: ofSource,
  body: z.unknown(),
  response: nothing,
});

export const listKnowledgeFiles = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/knowledge/sources/:sourceId/files',
  summary: 'Uploaded files of a source',
  audit: { none: 'reads names and counts only' },
  params: ofSource,
  response: z.object({ files: z.array(KnowledgeFileView) }),
});

/** `multipart/form-data` with one part, `file`. A file of the same name is replaced once the new one is stored. */
export const uploadKnowledgeFile = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/knowledge/sources/:sourceId/files',
  summary: 'Upload a file: PDF, Word (.docx), text, Markdown, HTML or CSV',
  audit: { event: 'knowledge.file-uploaded' },
  // With the lines between parts.
  bodyLimit: 10 * mebibyte + 16 * kilobyte,
  params: ofSource,
  body: z.unknown(),
  response: KnowledgeFileView,
});

export const deleteKnowledgeFile = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/knowledge/sources/:sourceId/files/:fileId',
  summary: 'Delete an uploaded file',
  audit: { event: 'knowledge.file-deleted' },
  params: ofFile,
  body: z.unknown(),
  response: nothing,
});

const Snippet = z.object({
  title: transient(z.string().trim().min(1).max(200)),
  text: transient(z.string().trim().min(1).max(knowledgeLimits.snippet)),
});

export const listSnippets = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/knowledge/sources/:sourceId/snippets',
  summary: 'Typed snippets of a source',
  audit: { none: 'reads what the lead typed' },
  params: ofSource,
  response: z.object({ snippets: z.array(SnippetView) }),
});

export const createSnippet = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/knowledge/sources/:sourceId/snippets',
  summary: 'Add a typed snippet',
  audit: { event: 'knowledge.snippet-created' },
  bodyLimit: 128 * kilobyte,
  params: ofSource,
  body: Snippet,
  response: SnippetView,
});

export const changeSnippet = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/knowledge/sources/:sourceId/snippets/:snippetId',
  summary: 'Change a typed snippet',
  audit: { event: 'knowledge.snippet-changed' },
  bodyLimit: 128 * kilobyte,
  params: ofSnippet,
  body: Snippet,
  response: SnippetView,
});

export const deleteSnippet = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/knowledge/sources/:sourceId/snippets/:snippetId',
  summary: 'Delete a typed snippet',
  audit: { event: 'knowledge.snippet-deleted' },
  params: ofSnippet,
  body: z.unknown(),
  response: nothing,
});

export const readKnowledgeNow = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/knowledge/sources/:sourceId/reading',
  summary: 'Read a source from elsewhere now',
  audit: { event: 'knowledge.reading-asked' },
  params: ofSource,
  body: z.unknown(),
  response: KnowledgeSourceView,
});

/** What was stored until then stays. */
export const cancelKnowledgeReading = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/knowledge/sources/:sourceId/reading',
  summary: 'Stop reading a source',
  audit: { event: 'knowledge.reading-cancelled' },
  params: ofSource,
  body: z.unknown(),
  response: KnowledgeSourceView,
});
