import { AiAgentSettings } from '../../contract/ai-agents.ts';
import type { SealBinding, SecretBox } from '../../ports/secret-box.ts';

const versionBinding = (subscriptionId: string, aiAgentId: string, version: number): SealBinding => ({
  subscriptionId,
  table: 'ai_agent_version',
  column: 'settings',
  row: `${aiAgentId}/${version}`,
});

/** What the sealed secret of visitors' names is bound to. */
export const identitySecretBinding = (subscriptionId: string, aiAgentId: string): SealBinding => ({
  subscriptionId,
  table: 'ai_agent',
  column: 'identity_secret',
  row: aiAgentId,
});

export const sealSettings = (
  secretBox: SecretBox,
  at: { readonly subscriptionId: string; readonly aiAgentId: string; readonly version: number },
  settings: AiAgentSettings,
): Promise<string> =>
  secretBox.seal(JSON.stringify(settings), versionBinding(at.subscriptionId, at.aiAgentId, at.version));

/** Settings as they were saved; what was added to them since has its default. Throws `SecretBoxError`. */
export async function openSettings(
  secretBox: SecretBox,
  at: { readonly subscriptionId: string; readonly aiAgentId: string; readonly version: number },
  sealed: string,
): Promise<AiAgentSettings> {
  const opened = await secretBox.open(sealed, versionBinding(at.subscriptionId, at.aiAgentId, at.version));
  return AiAgentSettings.parse(JSON.parse(opened));
}
