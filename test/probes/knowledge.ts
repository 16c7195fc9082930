import { Transient } from '../../src/kernel/transient.ts';
import type { KnowledgeSettings } from '../../src/contract/knowledge.ts';
import { createSource } from '../../src/services/knowledge/manage-sources.ts';
import { createSnippet } from '../../src/services/knowledge/snippets.ts';
import { uploadFile } from '../../src/services/knowledge/upload-file.ts';
import type { Values } from './kinds.ts';
import { callIn } from './people.ts';
import type { World } from './world.ts';

export const knowledgeKinds = [
  'fileSource',
  'snippetSource',
  'siteSource',
  'knowledgeFile',
  'snippet',
] as const;

/** A source of files, of snippets and of pages of the web, of the copilot or an AI agent, with a marked file and snippet. */
export async function addKnowledge(
  world: World,
  subscriptionId: string,
  mark: (channel: string) => string,
  aiAgentId: string | null = null,
): Promise<Pick<Values, (typeof knowledgeKinds)[number]>> {
  const call = callIn(world, subscriptionId);
  const source = async (settings: KnowledgeSettings): Promise<string> => {
    const name = mark(`name of a source of ${settings.kind}`);
    const made = await createSource(call, {
      aiAgentId,
      inCopilot: true,
      internal: aiAgentId === null,
      name,
      settings,
    });
    return made.id;
  };
  const fileSource = await source({ kind: 'files' });
  const snippetSource = await source({ kind: 'snippets' });
  const siteSource = await source({
    kind: 'web',
    urls: [`https://${mark('page').toLowerCase()}.example/`],
    sitemaps: [],
  });
  const file = await uploadFile(call, fileSource, {
    name: `${mark('name of a file')}.txt`,
    bytes: async () => Buffer.from(`Returns take ${mark('text of a file')} days.`),
  });
  const snippet = await createSnippet(call, snippetSource, {
    title: Transient.of(mark('title of a snippet')),
    text: Transient.of(mark('text of a snippet')),
  });
  return { fileSource, snippetSource, siteSource, knowledgeFile: file.id, snippet: snippet.id };
}

/** The body and headers of an upload. */
export async function uploadOf(name: string, text: string): Promise<{ body: string; type: string }> {
  const form = new FormData();
  form.append('file', new Blob([text]), name);
  const request = new Request('http://x/', { method: 'POST', body: form });
  return { body: await request.text(), type: request.headers.get('content-type') ?? '' };
}
