import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readAiAgentLine } from './ai-agent-queries.ts';
import { readAiAgentVersion } from './read-ai-agents.ts';

/** Where the loader of the widget stands. */
export const widgetLoaderPath = '/widget/loader.js';

/** What a page needs to show the widget; `publicUrl` without a slash at the end. Throws `not-found`. */
export async function readWidgetSnippet(
  call: Pick<Call<'database' | 'secretBox'>, 'subscriptionId' | 'ports'>,
  id: string,
  publicUrl: string,
): Promise<{ readonly html: string; readonly allowedOrigins: string[] }> {
  const line = await call.ports.database.read(call, (tx) => readAiAgentLine(tx, id));
  if (line === undefined) throw new ProblemError('not-found');
  const published =
    line.publishedVersion === null ? undefined : await readAiAgentVersion(call, id, line.publishedVersion);
  return {
    // Key and address are of ours and hold no sign that HTML knows.
    html: `<script async src="${publicUrl}${widgetLoaderPath}" data-agent="${line.widgetKey}"></script>`,
    allowedOrigins: published?.allowedOrigins ?? [],
  };
}
