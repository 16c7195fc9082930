import { ProblemError } from '../kernel/problem-error.ts';
import type { JobContext } from '../ports/job-queue.ts';
import { markZendeskConnection } from '../services/integrations/integration-queries.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';

/** Looks whether Zendesk still accepts the access, so that people read "reconnect" before they need it. */
export async function checkZendeskConnection(context: JobContext, settings: SettingsReader): Promise<void> {
  const { zendesk, zendeskStatus } = await settings.get(context.subscriptionId);
  if (zendesk === undefined) return;
  const status = await currentStatus(context, zendesk);
  // Whether a person has to authorise anew is for the keeper of the tokens to say, and it has just been asked.
  if (zendesk.grant === 'authorization-code') return;
  if (status === zendeskStatus) return;
  await context.ports.database.write(
    context,
    {
      permission: 'system',
      audit: { action: 'zendesk.status-changed', target: zendesk.subdomain, facts: { status } },
    },
    (tx) => markZendeskConnection(tx, status),
  );
  settings.forget(context.subscriptionId);
}

async function currentStatus(
  context: JobContext,
  connection: Parameters<typeof context.ports.helpDesk.checkConnection>[0]['connection'],
): Promise<'connected' | 'reconnect-needed'> {
  try {
    await context.ports.helpDesk.checkConnection({ connection, signal: context.signal });
    return 'connected';
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'zendesk-reconnect-needed') return 'reconnect-needed';
    throw error;
  }
}
