import { z } from 'zod';
import type { HelpDesk, HelpDeskCall } from '../../ports/help-desk.ts';
import { fetchAppPublicKey } from './app-key.ts';
import { searchArticles } from './articles.ts';
import { fetchAudits } from './audits.ts';
import { fetchMacros } from './macros.ts';
import { createZendeskOAuth } from './oauth.ts';
import { createZendeskRequests, type ZendeskRequestOptions, type ZendeskRequests } from './request.ts';
import { searchSolvedTickets } from './search.ts';
import { fetchTicketWithComments } from './tickets.ts';
import { fetchUser } from './users.ts';

const tokenInfo = z.object({ token: z.object({ user_id: z.number(), scopes: z.array(z.string()) }) });

/** Zendesk over its REST API with client credentials; `originFor` gives the address of an account, without a slash at the end. */
export function createZendeskHelpDesk(options: ZendeskRequestOptions): HelpDesk {
  const requests = createZendeskRequests(options);
  return {
    ticketWithComments: (call, ticketId) => fetchTicketWithComments(requests, call, ticketId),
    audits: (call, ticketId) => fetchAudits(requests, call, ticketId),
    user: (call, userId) => fetchUser(requests, call, userId),
    searchSolvedTickets: (call, words, wanted) => searchSolvedTickets(requests, call, words, wanted),
    searchArticles: (call, words, wanted) => searchArticles(requests, call, words, wanted),
    macros: (call) => fetchMacros(requests, call),
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
