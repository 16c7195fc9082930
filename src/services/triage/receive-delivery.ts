import { createHash, createHmac } from 'node:crypto';
import { TriageDelivery } from '../../contract/triage.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { Ports } from '../../ports/ports.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { readTriageSetting } from './triage-queries.ts';
import { hashWebhookKey, publicTestSecret, signingSecretBinding } from './webhook-secret.ts';

/** A request as it came; a header that was missing or came twice is undefined. */
export interface Delivery {
  /** From the address. */
  readonly key: string;
  readonly webhookId: string | undefined;
  readonly invocationId: string | undefined;
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
  /** The bytes that were signed; may be empty. */
  readonly body: Buffer;
}

export interface ReceivePorts extends Pick<Ports, 'secretBox' | 'keyValues' | 'jobs' | 'clock'> {
  readonly database: Pick<BookkeepingDatabase, 'lookup' | 'bookkeep'>;
}

const freshMs = 5 * 60_000;
const seenSeconds = 24 * 60 * 60;
const longestInvocationId = 128;

/**
 * Takes a delivery of Zendesk's: asks for triage of the ticket it names, once. False when there is nothing to do for it.
 * Throws `webhook-refused`, with no word why, for everything that is not a fresh delivery signed by the webhook at its own
 * address, and `invalid-request` for a signed body that is none of ours.
 */
export async function receiveDelivery(ports: ReceivePorts, delivery: Delivery): Promise<boolean> {
  const { subscriptionId, signature } = await authenticated(ports, delivery);
  const { keyValues } = ports;
  // The signature covers time and body but not the headers: the same one again is a replay, whatever else it says.
  const replayKey = `triage:signature:${subscriptionId}:${hash(signature)}`;
  if (!(await keyValues.setIfAbsent(replayKey, '1', { ttlSeconds: seenSeconds })))
    throw new ProblemError('webhook-refused');
  const parsed = TriageDelivery.safeParse(jsonOf(delivery.body));
  if (!parsed.success) throw new ProblemError('invalid-request', { detail: 'Not a body of our triggers.' });
  // Zendesk tries again with a new time: the same invocation is answered well and does nothing.
  const { invocationId } = delivery;
  if (invocationId === undefined || invocationId.length > longestInvocationId)
    throw new ProblemError('webhook-refused');
  const invocationKey = `triage:invocation:${subscriptionId}:${hash(invocationId)}`;
  if ((await keyValues.get(invocationKey)) !== undefined) return false;
  const taken = await ask(ports, subscriptionId, parsed.data.ticket_id);
  // Only now: had we died before, the next try must still count. Two at once make one job all the same.
  await keyValues.set(invocationKey, '1', { ttlSeconds: seenSeconds });
  return taken;
}

async function authenticated(
  { database, secretBox, clock }: ReceivePorts,
  { key, webhookId, signature, timestamp, body }: Delivery,
): Promise<{ readonly subscriptionId: string; readonly signature: string }> {
  const refused = new ProblemError('webhook-refused');
  if (webhookId === undefined || signature === undefined || timestamp === undefined) throw refused;
  const saidAt = Date.parse(timestamp);
  // Also refuses NaN.
  if (!(Math.abs(clock.now().getTime() - saidAt) <= freshMs)) throw refused;
  const known = await database.lookup((lookups) => lookups.triageWebhook(webhookId, hashWebhookKey(key)));
  if (known === undefined) throw refused;
  const { subscriptionId } = known;
  const secret = await openedOrUndefined(
    secretBox.open(known.signingSecret, signingSecretBinding(subscriptionId)),
  );
  if (secret === undefined || secretsEqual(secret, publicTestSecret)) throw refused;
  const expected = createHmac('sha256', secret).update(timestamp).update(body).digest('base64');
  if (!secretsEqual(expected, signature)) throw refused;
  return { subscriptionId, signature };
}

/** One unfinished job a ticket: what comes in while it waits is done with it. */
async function ask({ database, jobs }: ReceivePorts, subscriptionId: string, ticketId: string) {
  return database.bookkeep({ subscriptionId }, async (tx) => {
    const { rules, webhook } = await readTriageSetting(tx);
    if (rules.mode === 'off' || webhook?.working !== true) return false;
    await jobs.enqueue(
      tx,
      { subscriptionId },
      'triage.ticket',
      { ticketId },
      { dedupeKey: ticketId, delaySeconds: rules.waitSeconds },
    );
    return true;
  });
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
