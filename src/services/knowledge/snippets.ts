import { knowledgeLimits, type SnippetView } from '../../contract/knowledge.ts';
import type { DocumentBlock, KnowledgeDocument } from '../../kernel/document-blocks.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Call } from '../../ports/call.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { knowledgeBinding } from './bindings.ts';
import { endWriting } from './document-queries.ts';
import { countDocuments, hasDocument, insertSnippet, readSnippets } from './snippet-queries.ts';
import { lockKnowledge, readSource } from './source-queries.ts';
import { chunksOf, hashOf, storeDocument } from './store-document.ts';

export type SnippetCall = Call<'database' | 'contentBox' | 'secretBox' | 'embedder' | 'ids' | 'jobs'>;

/** A snippet as the lead typed it. */
export interface TypedSnippet {
  readonly title: Transient<string>;
  readonly text: Transient<string>;
}

const permission = 'settings:write';

/** Snippets of a source, oldest first. Throws `not-found`. */
export async function listSnippets(
  call: Call<'database' | 'secretBox'>,
  sourceId: string,
): Promise<readonly SnippetView[]> {
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const rows = await database.read(call, async (tx) => {
    if ((await readSource(tx, sourceId))?.kind !== 'snippets') throw new ProblemError('not-found');
    return readSnippets(tx, sourceId);
  });
  const opened = async (sealed: string, column: 'title' | 'typed', id: string): Promise<string> =>
    (await openedOrUndefined(secretBox.open(sealed, knowledgeBinding[column](subscriptionId, id)))) ?? '';
  return Promise.all(
    rows.map(async ({ id, title, typed, chunks, updatedAt }) => ({
      id,
      title: await opened(title, 'title', id),
      text: await opened(typed, 'typed', id),
      chunks,
      updatedAt: updatedAt.toISOString(),
    })),
  );
}

/** Adds a snippet. Throws `not-found`, `knowledge-full`. */
export async function createSnippet(
  call: SnippetCall,
  sourceId: string,
  snippet: TypedSnippet,
): Promise<SnippetView> {
  const { database, ids } = call.ports;
  const { subscriptionId } = call;
  const source = await database.read(call, (tx) => readSource(tx, sourceId));
  if (source?.kind !== 'snippets') throw new ProblemError('not-found');
  const id = ids.next();
  const sealed = await sealSnippet(call, id, snippet);
  await database.write(
    call,
    { permission, audit: { action: 'knowledge.snippet-created', target: id } },
    async (tx) => {
      await lockKnowledge(tx);
      if ((await countDocuments(tx, sourceId)) >= knowledgeLimits.snippets)
        throw new ProblemError('knowledge-full', {
          detail: `A source may have ${knowledgeLimits.snippets} snippets.`,
        });
      await insertSnippet(tx, { subscriptionId, sourceId, id, ...sealed });
    },
  );
  return store(call, sourceId, id, snippet, sealed);
}

/** Replaces title and text; the old ones are found until the new ones are. Throws `not-found`, `knowledge-full`. */
export async function changeSnippet(
  call: SnippetCall,
  sourceId: string,
  snippetId: string,
  snippet: TypedSnippet,
): Promise<SnippetView> {
  const isThere = await call.ports.database.read(call, async (tx) => {
    const source = await readSource(tx, sourceId);
    return source?.kind === 'snippets' && (await hasDocument(tx, sourceId, snippetId));
  });
  if (!isThere) throw new ProblemError('not-found');
  return store(call, sourceId, snippetId, snippet, await sealSnippet(call, snippetId, snippet));
}

async function sealSnippet(
  call: SnippetCall,
  id: string,
  { title, text }: TypedSnippet,
): Promise<{ readonly title: string; readonly typed: string }> {
  const { contentBox } = call.ports;
  const { subscriptionId } = call;
  return {
    title: await contentBox.seal(title, knowledgeBinding.title(subscriptionId, id)),
    typed: await contentBox.seal(text, knowledgeBinding.typed(subscriptionId, id)),
  };
}

async function store(
  call: SnippetCall,
  sourceId: string,
  id: string,
  snippet: TypedSnippet,
  sealed: { readonly title: string; readonly typed: string },
): Promise<SnippetView> {
  const { database, contentBox, embedder, jobs } = call.ports;
  const document = Transient.join(snippet).map(documentOf);
  const decision = { permission, audit: { action: 'knowledge.snippet-changed', target: id } } as const;
  try {
    await storeDocument(call, {
      sourceId,
      documentId: id,
      document,
      chunks: chunksOf(document),
      hash: hashOf(contentBox, call.subscriptionId, document),
      keepsText: true,
      mostChunks: knowledgeLimits.chunks,
      permission,
      noted: {
        ...sealed,
        accountId: call.actor.kind === 'account' ? call.actor.id : null,
        isPublic: false,
      },
    });
  } catch (error) {
    await database.write(call, decision, (tx) => endWriting(tx, { documentId: id })).catch(() => undefined);
    throw error;
  }
  if (embedder.model !== undefined)
    await database.write(call, decision, (tx) =>
      jobs.enqueue(tx, call, 'knowledge.embed', { sourceId }, { dedupeKey: sourceId }),
    );
  const stored = (await listSnippets(call, sourceId)).find((one) => one.id === id);
  if (stored === undefined) throw new ProblemError('not-found');
  return stored;
}

/** Paragraphs are parted by empty lines; a line that begins with a dash or star is an item of a list. */
export function documentOf({
  title,
  text,
}: {
  readonly title: string;
  readonly text: string;
}): KnowledgeDocument {
  const paragraphs = text.split(/\r?\n\s*\r?\n/);
  return {
    title,
    blocks: paragraphs.flatMap((paragraph): readonly DocumentBlock[] => {
      const lines = paragraph.split(/\r?\n/);
      const areItems = lines.every((line) => /^\s*[-*•]\s+\S/.test(line));
      return areItems
        ? lines.map((line) => ({ kind: 'item' as const, text: line.replace(/^\s*[-*•]\s+/, '').trim() }))
        : [{ kind: 'text' as const, text: paragraph.trim() }];
    }),
  };
}
