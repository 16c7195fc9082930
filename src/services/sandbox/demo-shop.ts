import { z } from 'zod';
import { AiAgentSettings, type AiAgent } from '../../contract/ai-agents.ts';
import { KnowledgeSettings, type KnowledgeSourceView } from '../../contract/knowledge.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readAiAgentLines } from '../ai-agents/ai-agent-queries.ts';
import { publishAiAgentVersion, saveAiAgentSettings } from '../ai-agents/change-ai-agent.ts';
import { createAiAgent } from '../ai-agents/create-ai-agent.ts';
import { readAiAgent } from '../ai-agents/read-ai-agents.ts';
import { readWidgetSnippet } from '../ai-agents/widget-snippet.ts';
import { listFiles } from '../knowledge/list-files.ts';
import { createSource } from '../knowledge/manage-sources.ts';
import { listSources } from '../knowledge/source-view.ts';
import { uploadFile, type UploadCall } from '../knowledge/upload-file.ts';

const DemoFile = z.object({ name: z.string(), base64: z.base64() });
const DemoSource = z.object({
  name: z.string(),
  ofAgent: z.boolean(),
  inCopilot: z.boolean(),
  internal: z.boolean(),
  settings: KnowledgeSettings,
  files: z.array(DemoFile),
});
type DemoSource = z.infer<typeof DemoSource>;

/** What the simulated shop says of its AI agent. */
export const DemoShop = z.object({
  aiAgent: z.object({ name: z.string(), settings: AiAgentSettings }),
  sources: z.array(DemoSource),
});
export type DemoShop = z.infer<typeof DemoShop>;

type ShopCall = UploadCall & Call<'clock' | 'logger'>;

/**
 * Makes the shop's AI agent and its knowledge, as a lead would: what is there already stays as somebody may have changed it,
 * apart from the shop's address of this start. Returns the HTML that the shop's pages need. Errors as the services'.
 */
export async function furnishDemoShop(call: ShopCall, shop: DemoShop, publicUrl: string): Promise<string> {
  const agent = await ensureAgent(call, shop.aiAgent);
  const known = await listSources(call);
  for (const wanted of shop.sources) await ensureSource(call, agent.id, known, wanted);
  return (await readWidgetSnippet(call, agent.id, publicUrl)).html;
}

async function ensureAgent(call: ShopCall, { name, settings }: DemoShop['aiAgent']): Promise<AiAgent> {
  const lines = await call.ports.database.read(call, (tx) => readAiAgentLines(tx));
  const known = lines.find((line) => line.name === name);
  if (known === undefined) {
    const made = await createAiAgent(call, { name, settings });
    return publishAiAgentVersion(call, made.id, made.newestVersion);
  }
  const agent = await readAiAgent(call, known.id);
  const { publishedVersion, newestVersion } = agent;
  if (publishedVersion === null) return publishAiAgentVersion(call, agent.id, newestVersion);
  const before = agent.settings.allowedOrigins;
  const missing = settings.allowedOrigins.filter((origin) => !before.includes(origin));
  // What somebody saved and has not published is theirs to publish.
  if (missing.length === 0 || publishedVersion !== newestVersion) return agent;
  const saved = await saveAiAgentSettings(call, agent.id, {
    basedOn: newestVersion,
    settings: { ...agent.settings, allowedOrigins: [...missing, ...before].slice(0, 50) },
  });
  return publishAiAgentVersion(call, agent.id, saved.newestVersion);
}

async function ensureSource(
  call: ShopCall,
  agentId: string,
  known: readonly KnowledgeSourceView[],
  wanted: DemoSource,
): Promise<void> {
  const { name, inCopilot, internal, settings } = wanted;
  const aiAgentId = wanted.ofAgent ? agentId : null;
  const source =
    known.find((one) => one.name === name && one.aiAgentId === aiAgentId) ??
    (await createSource(call, { aiAgentId, inCopilot, internal, name, settings }));
  if (wanted.files.length === 0) return;
  const files = await listFiles(call, source.id);
  for (const file of wanted.files) {
    // An upload that broke off with the process is taken up again.
    if (files.some((one) => one.name === file.name && one.state === 'ready')) continue;
    const bytes = Buffer.from(file.base64, 'base64');
    await uploadFile(call, source.id, { name: file.name, bytes: () => Promise.resolve(bytes) }).catch(
      (error: unknown) => {
        // The next start tries again; one file does not keep the shop without its chat.
        if (!(error instanceof ProblemError)) throw error;
        call.ports.logger.warn('demo-shop.file-left-out', { problem: error.type });
      },
    );
  }
}
