import type { AiAgent, AiAgentSettings } from '../../contract/ai-agents.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { readAiAgentLine, readVersion, readVersions } from './ai-agent-queries.ts';
import { openSettings } from './sealed-settings.ts';

type ReadCall = Pick<Call<'database' | 'secretBox'>, 'subscriptionId' | 'ports'>;

/** An AI agent with its newest settings. Throws `not-found`. */
export async function readAiAgent(call: ReadCall, id: string): Promise<AiAgent> {
  const found = await call.ports.database.read(call, async (tx) => {
    const line = await readAiAgentLine(tx, id);
    return line && { line, sealed: await readVersion(tx, id, line.newestVersion) };
  });
  if (found?.sealed === undefined) throw new ProblemError('not-found');
  const { line, sealed } = found;
  const at = { subscriptionId: call.subscriptionId, aiAgentId: id, version: line.newestVersion };
  return { ...line, settings: await openSettings(call.ports.secretBox, at, sealed) };
}

/** Settings of one version. Throws `not-found`. */
export async function readAiAgentVersion(
  call: ReadCall,
  id: string,
  version: number,
): Promise<AiAgentSettings> {
  const sealed = await call.ports.database.read(call, (tx) => readVersion(tx, id, version));
  if (sealed === undefined) throw new ProblemError('not-found');
  const at = { subscriptionId: call.subscriptionId, aiAgentId: id, version };
  return openSettings(call.ports.secretBox, at, sealed);
}

/** The versions that are kept, newest first. Throws `not-found`. */
export async function listAiAgentVersions(call: ReadCall, id: string) {
  const found = await call.ports.database.read(call, async (tx) => {
    const line = await readAiAgentLine(tx, id);
    return line && { line, versions: await readVersions(tx, id) };
  });
  if (found === undefined) throw new ProblemError('not-found');
  return found.versions.map(({ version, createdAt, accountId }) => ({
    version,
    createdAt: createdAt.toISOString(),
    accountId,
    published: version === found.line.publishedVersion,
  }));
}
