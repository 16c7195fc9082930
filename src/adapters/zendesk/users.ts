import { z } from 'zod';
import { Transient } from '../../kernel/transient.ts';
import type { HelpDeskCall, ZendeskUser } from '../../ports/help-desk.ts';
import { visibleLine } from '../../kernel/invisible-characters.ts';
import type { ZendeskRequests } from './request.ts';
import { idPath } from './ids.ts';

/** The sideloaded part of a user: enough to tell customers from agents. */
export const sideloadedUser = z.object({
  id: z.number(),
  name: z.string().nullish(),
  role: z.string().nullish(),
});
export type SideloadedUser = z.infer<typeof sideloadedUser>;

const restrictions = ['organization', 'groups', 'assigned', 'requested'] as const;

const userAnswer = z.object({
  user: sideloadedUser.extend({
    locale: z.string().nullish(),
    // A restriction that is not known counts as the narrowest one.
    ticket_restriction: z.enum(restrictions).nullable().catch('requested'),
    organization_id: z.number().nullish(),
  }),
});
const membershipsAnswer = z.object({ group_memberships: z.array(z.object({ group_id: z.number() })) });

/** One user with their groups; no address, phone number or notes. */
export async function fetchUser(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  userId: number,
): Promise<Transient<ZendeskUser>> {
  const path = `users/${idPath(userId, 'not-found')}`;
  const [{ user }, { group_memberships: memberships }] = await Promise.all([
    requests.json(call, { operation: 'user', path, missing: 'not-found' }, userAnswer),
    requests.json(
      call,
      {
        operation: 'group-memberships',
        path: `${path}/group_memberships`,
        query: { 'page[size]': '100' },
        missing: 'not-found',
      },
      membershipsAnswer,
    ),
  ]);
  return Transient.of({
    id: user.id,
    name: visibleLine(user.name ?? ''),
    role: user.role === 'agent' || user.role === 'admin' ? user.role : 'end-user',
    locale: user.locale ?? null,
    groupIds: memberships.map((membership) => membership.group_id),
    ticketRestriction: user.ticket_restriction,
    organizationId: user.organization_id ?? null,
  });
}
