import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { Call } from '../../ports/call.ts';
import type { WebhookWish } from '../../ports/help-desk-changes.ts';
import type { HelpDeskConnection } from '../../ports/help-desk.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import {
  deleteTriageWebhook,
  insertTriageWebhook,
  readTriageSetting,
  type TriageWebhook,
} from './triage-queries.ts';
import {
  hashWebhookKey,
  newWebhookKey,
  publicTestSecret,
  signingSecretBinding,
  webhookPath,
} from './webhook-secret.ts';

/** The tag of a ticket that has been triaged; our triggers pass it by. */
export const triagedTag = (tagPrefix: string): string => `${tagPrefix}triaged`;

/**
 * Makes webhook and triggers in Zendesk and stores the signing secret, sealed. `publicUrl` is where Zendesk reaches this
 * server, without a slash at the end. Throws `conflict` when there is one, `zendesk-not-connected`, and what Zendesk says.
 */
export async function connectTriageWebhook(
  call: Call<'database' | 'secretBox' | 'helpDesk' | 'ids' | 'clock'>,
  settings: SettingsReader,
  publicUrl: string,
): Promise<{ readonly webhookId: string; readonly triggers: number }> {
  const { subscriptionId, ports, signal } = call;
  const { database, helpDesk, secretBox } = ports;
  const { zendesk: connection } = await settings.get(subscriptionId);
  if (connection === undefined) throw new ProblemError('zendesk-not-connected');
  const { rules, webhook } = await database.read(call, readTriageSetting);
  if (webhook !== undefined)
    throw new ProblemError('conflict', { detail: 'A webhook is connected. Disconnect it first.' });
  const helpDeskCall = { connection, signal };
  const { userId } = await helpDesk.checkConnection(helpDeskCall);
  const key = newWebhookKey();
  const made = await helpDesk.connectWebhook(
    helpDeskCall,
    wishOf(`${publicUrl}${webhookPath}${key}`, triagedTag(rules.tagPrefix)),
  );
  try {
    if (secretsEqual(made.signingSecret, publicTestSecret))
      throw new ProblemError('zendesk-unavailable', { detail: 'Zendesk gave no signing secret.' });
    const signingSecret = await secretBox.seal(made.signingSecret, signingSecretBinding(subscriptionId));
    await database.write(
      call,
      {
        permission: 'integrations:write',
        audit: { action: 'triage.webhook-connected', target: made.webhookId },
      },
      (tx) =>
        insertTriageWebhook(tx, {
          subscriptionId,
          id: ports.ids.next(),
          subdomain: connection.subdomain,
          keyHash: hashWebhookKey(key),
          webhookId: made.webhookId,
          triggerIds: made.triggerIds,
          ownUserId: userId,
          signingSecret,
          now: ports.clock.now(),
        }),
    );
  } catch (error) {
    // Without its secret it would only be refused here.
    await helpDesk
      .disconnectWebhook({ connection, signal: AbortSignal.timeout(10_000) }, made)
      .catch(() => undefined);
    throw error;
  }
  return { webhookId: made.webhookId, triggers: made.triggerIds.length };
}

/** Removes webhook and triggers from Zendesk, then what is stored. `removed` is false when Zendesk did not answer. Throws `not-found`. */
export async function disconnectTriageWebhook(
  call: Call<'database' | 'helpDesk' | 'logger'>,
  settings: SettingsReader,
): Promise<{ readonly removed: boolean }> {
  const { database } = call.ports;
  const { webhook } = await database.read(call, readTriageSetting);
  if (webhook === undefined) throw new ProblemError('not-found', { detail: 'No webhook is connected.' });
  const { zendesk } = await settings.any(call.subscriptionId);
  const removed = zendesk !== undefined && (await removeFromZendesk(call, zendesk, webhook));
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: { action: 'triage.webhook-disconnected', target: webhook.webhookId, facts: { removed } },
    },
    async (tx) => {
      await deleteTriageWebhook(tx);
    },
  );
  return { removed };
}

/** Before the access to Zendesk ends: removes the webhook, if there is one, from the account. */
export async function removeWebhookBeforeTheEnd(
  call: Call<'database' | 'helpDesk' | 'logger'>,
  connection: HelpDeskConnection,
): Promise<void> {
  const { webhook } = await call.ports.database.read(call, readTriageSetting);
  if (webhook !== undefined) await removeFromZendesk(call, connection, webhook);
}

async function removeFromZendesk(
  { ports, subscriptionId }: Call<'helpDesk' | 'logger'>,
  connection: HelpDeskConnection,
  webhook: TriageWebhook,
): Promise<boolean> {
  // Another account has no such webhook, and may have other triggers under these numbers.
  if (webhook.subdomain !== connection.subdomain) return false;
  try {
    await ports.helpDesk.disconnectWebhook({ connection, signal: AbortSignal.timeout(10_000) }, webhook);
    return true;
  } catch {
    ports.logger.warn('triage webhook not removed from Zendesk', { subscriptionId });
    return false;
  }
}

/** New tickets, and a public comment on one that was not triaged: that makes up for a delivery that never came. */
function wishOf(endpoint: string, tag: string): WebhookWish {
  const untouched = { field: 'current_tags', operator: 'not_includes', value: tag };
  const body = (event: 'created' | 'comment'): string =>
    `{"v":1,"event":"${event}","ticket_id":"{{ticket.id}}"}`;
  return {
    name: 'InDesk triage',
    endpoint,
    triggers: [
      {
        title: 'InDesk triage: new ticket',
        body: body('created'),
        conditions: {
          all: [{ field: 'update_type', operator: 'is', value: 'Create' }, untouched],
          any: [],
        },
      },
      {
        title: 'InDesk triage: comment on a ticket that was not triaged',
        body: body('comment'),
        conditions: {
          all: [
            { field: 'update_type', operator: 'is', value: 'Change' },
            { field: 'comment_is_public', operator: 'is', value: 'true' },
            { field: 'status', operator: 'is_not', value: 'solved' },
            untouched,
          ],
          any: [],
        },
      },
    ],
  };
}
