import type { Transient } from '../../kernel/transient.ts';
import { Transient as TransientValue } from '../../kernel/transient.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { HelpDesk, HelpDeskCall, TicketWithComments, ZendeskUser } from '../../ports/help-desk.ts';
import type { Context, Need } from './catalogue.ts';
import { findSources } from './find-sources.ts';

export interface FetchContextArguments {
  readonly helpDesk: HelpDesk;
  readonly helpDeskCall: HelpDeskCall;
  readonly needs: readonly Need[];
  readonly ticketId: number | null;
  readonly agentId: number;
  readonly onStage: (stage: 'reading-ticket' | 'finding-sources') => void;
}

/** Fetches what a feature needs, in parallel where nothing waits on another; checks the agent's right to the ticket before any of it is used. */
export async function fetchContext(wanted: FetchContextArguments): Promise<Transient<Context<Need>>> {
  if (!wanted.needs.includes('ticket') || wanted.ticketId === null)
    return TransientValue.of({} as Context<Need>);
  const { helpDesk, helpDeskCall } = wanted;
  wanted.onStage('reading-ticket');
  const [ticket, agent] = await Promise.all([
    helpDesk.ticketWithComments(helpDeskCall, wanted.ticketId),
    helpDesk.user(helpDeskCall, wanted.agentId),
  ]);
  refuseUnlessAllowed(ticket, agent, helpDeskCall.connection.brandIds);
  if (!wanted.needs.includes('sources')) return TransientValue.join({ ticket }) as Transient<Context<Need>>;
  wanted.onStage('finding-sources');
  const sources = await findSources(helpDesk, helpDeskCall, ticket);
  return TransientValue.join({ ticket, sources }) as Transient<Context<Need>>;
}

/** Zendesk's own rule of what an agent may see, read anew for this call: the copilot must not show more. */
function refuseUnlessAllowed(
  ticket: Transient<TicketWithComments>,
  agent: Transient<ZendeskUser>,
  brandIds: readonly number[] | null,
): void {
  const maySee = TransientValue.all([ticket, agent]).measure(([{ ticket: t }, user]) => {
    if (user.role === 'end-user') return false;
    switch (user.ticketRestriction) {
      case null:
        return true;
      case 'groups':
        return t.groupId !== null && user.groupIds.includes(t.groupId);
      case 'assigned':
        return t.assigneeId === user.id;
      case 'requested':
        return t.requesterId === user.id;
      case 'organization':
        return t.organizationId !== null && t.organizationId === user.organizationId;
    }
  });
  if (!maySee) throw new ProblemError('ticket-not-allowed');
  if (
    brandIds !== null &&
    !ticket.measure(({ ticket: t }) => t.brandId !== null && brandIds.includes(t.brandId))
  ) {
    throw new ProblemError('ticket-brand-not-covered');
  }
}
