import { z } from 'zod';
import type { HelpDesk, HelpDeskCall } from '../../ports/help-desk.ts';
import { createAccountShapes } from './account-shape.ts';
import { fetchAppPublicKey } from './app-key.ts';
import { searchArticles } from './articles.ts';
import { fetchAudits } from './audits.ts';
import { fetchMacro, fetchMacroPage, fetchMacros } from './macros.ts';
import { ticketChanges } from './change-tickets.ts';
import { conversationTickets } from './conversation-tickets.ts';
import { createZendeskOAuth } from './oauth.ts';
import { createZendeskRequests, type ZendeskRequestOptions, type ZendeskRequests } from './request.ts';
import { searchTickets } from './search.ts';
import { fetchTaggedTickets } from './tagged-tickets.ts';
import { fetchRequesterTickets, fetchTicketWithComments } from './tickets.ts';
import { fetchUser } from './users.ts';
import { webhooks } from './webhooks.ts';

const tokenInfo = z.object({ token: z.object({ user_id: z.number(), scopes: z.array(z.string()) }) });

/** Zendesk over its REST API; `originFor` gives the address of an account, without a slash at the end. Requests are given where others share their tokens and limits. */
export function createZendeskHelpDesk(
  options: ZendeskRequestOptions,
  requests: ZendeskRequests = createZendeskRequests(options),
): HelpDesk {
  return {
    ...ticketChanges(requests),
    ...webhooks(requests),
    ...conversationTickets(requests),
    ticketWithComments: (call, ticketId) => fetchTicketWithComments(requests, call, ticketId),
    audits: (call, ticketId, options) => fetchAudits(requests, call, ticketId, options?.pages),
    user: (call, userId) => fetchUser(requests, call, userId),
    searchTickets: (call, words, wanted) => searchTickets(requests, call, words, wanted),
    requesterTickets: (call, requesterId) => fetchRequesterTickets(requests, call, requesterId),
    taggedTickets: (call, wanted) => fetchTaggedTickets(requests, call, wanted),
    accountShape: createAccountShapes(requests),
    searchArticles: (call, words, wanted) => searchArticles(requests, call, words, wanted),
    macros: (call) => fetchMacros(requests, call),
    macroPage: (call, order, at) => fetchMacroPage(requests, call, order, at),
    macro: (call, macroId) => fetchMacro(requests, call, macroId),
    checkConnection: (call) => checkConnection(requests, call),
    endAccess: async (call) => {
      const token = requests.tokens.forget(call.connection);
      const { subscriptionId, subdomain } = call.connection;
      if (token !== undefined)
        await createZendeskOAuth(options).revoke({ subscriptionId, subdomain, signal: call.signal }, token);
    },
    appPublicKey: (call, appId) => fetchAppPublicKey(requests, call, appId),
  };
}

async function checkConnection(
  requests: ZendeskRequests,
  call: HelpDeskCall,
): Promise<{ readonly scopes: readonly string[]; readonly userId: number }> {
  // A token from memory would not show that the secret is still good.
  await requests.tokens.fresh(call.connection, call.onRoundTrip);
  const { token } = await requests.json(
    call,
    { operation: 'token-info', path: 'oauth/tokens/current.json', missing: 'zendesk-reconnect-needed' },
    tokenInfo,
  );
  return { scopes: token.scopes, userId: token.user_id };
}
