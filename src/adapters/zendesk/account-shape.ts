import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Transient } from '../../kernel/transient.ts';
import type { AccountShape, HelpDeskCall } from '../../ports/help-desk.ts';
import type { ZendeskRequests } from './request.ts';

const keptMs = 600_000;
const groupsAnswer = z.object({
  groups: z.array(z.object({ id: z.number(), name: z.string(), deleted: z.boolean().nullish() })),
});
const fieldsAnswer = z.object({
  ticket_fields: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      type: z.string(),
      active: z.boolean().nullish(),
      custom_field_options: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
    }),
  ),
});

/** Groups, drop-down and number fields of an account; names only, so they are kept for ten minutes. */
export function createAccountShapes(
  requests: ZendeskRequests,
): (call: HelpDeskCall) => Promise<Transient<AccountShape>> {
  const kept = new LRUCache<string, AccountShape>({ max: 1_000, ttl: keptMs });
  return async (call) => {
    const key = `${call.connection.subscriptionId} ${call.connection.subdomain}`;
    const known = kept.get(key);
    if (known !== undefined) return Transient.of(known);
    const [{ groups }, { ticket_fields: fields }] = await Promise.all([
      requests.json(
        call,
        { operation: 'groups', path: 'groups/assignable', query: { per_page: '100' }, missing: 'not-found' },
        groupsAnswer,
      ),
      requests.json(
        call,
        { operation: 'ticket-fields', path: 'ticket_fields', query: {}, missing: 'not-found' },
        fieldsAnswer,
      ),
    ]);
    const shape: AccountShape = {
      groups: groups.filter(({ deleted }) => deleted !== true).map(({ id, name }) => ({ id, name })),
      dropDowns: fields
        .filter(({ type, active }) => type === 'tagger' && active !== false)
        .map(({ id, title, custom_field_options: options }) => ({
          id,
          title,
          options: (options ?? []).map(({ name, value }) => ({ name, value })),
        })),
      numbers: fields
        .filter(({ type, active }) => (type === 'integer' || type === 'decimal') && active !== false)
        .map(({ id, title }) => ({ id, title })),
    };
    kept.set(key, shape);
    return Transient.of(shape);
  };
}
