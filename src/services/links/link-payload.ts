import { z } from 'zod';
import type { SecretBox } from '../../ports/secret-box.ts';

const EmailChange = z.object({ from: z.string(), to: z.string() });
/** What a change of address is about; kept sealed beside its link. */
export type EmailChange = z.infer<typeof EmailChange>;

interface Owner {
  readonly subscriptionId: string;
  readonly linkId: string;
}

const binding = ({ subscriptionId, linkId }: Owner) => ({
  subscriptionId,
  table: 'one_time_link',
  column: 'payload',
  row: linkId,
});

export async function sealEmailChange(
  secretBox: SecretBox,
  owner: Owner,
  change: EmailChange,
): Promise<string> {
  return secretBox.seal(JSON.stringify(change), binding(owner));
}

/** Throws `SecretBoxError` when the payload belongs to another link. */
export async function openEmailChange(
  secretBox: SecretBox,
  owner: Owner,
  payload: string,
): Promise<EmailChange> {
  return EmailChange.parse(JSON.parse(await secretBox.open(payload, binding(owner))));
}
