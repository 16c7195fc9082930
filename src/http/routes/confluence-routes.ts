import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/confluence.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import {
  beginConfluenceAuthorization,
  type BeginConfluenceInput,
} from '../../services/integrations/begin-confluence-authorization.ts';
import { newBrowserSecret } from '../../services/integrations/begin-zendesk-authorization.ts';
import { confluenceAuthorizationMinutes } from '../../services/integrations/confluence-authorization.ts';
import {
  connectConfluence,
  type ConnectConfluenceInput,
} from '../../services/integrations/connect-confluence.ts';
import {
  describeConfluence,
  disconnectConfluence,
  listConfluenceSpaces,
  testConfluence,
} from '../../services/integrations/manage-confluence.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';
import { addConfluenceReturnPage, confluenceCookie } from './confluence-return-page.ts';

/** Confluence in the console. The services check each body that the contract leaves open. */
export function addConfluenceRoutes(app: FastifyInstance, context: HttpContext): void {
  const { confluenceClients } = context;
  addConfluenceReturnPage(app, context);

  route(app, context, contract.showConfluence, (caller) =>
    describeConfluence(callOf(context, caller), confluenceClients),
  );

  route(app, context, contract.connectConfluence, (caller) =>
    connectConfluence(callOf(context, caller), caller.body as ConnectConfluenceInput),
  );

  route(app, context, contract.authorizeConfluence, async (caller) => {
    const { actor, sessionId } = caller;
    // A token for programs has no browser that could come back.
    if (actor.kind !== 'account' || sessionId === undefined) throw new ProblemError('forbidden');
    const browser = newBrowserSecret();
    const asker = { accountId: actor.id, sessionId, browser };
    const body = caller.body as BeginConfluenceInput;
    const { url } = await beginConfluenceAuthorization(
      callOf(context, caller),
      confluenceClients,
      asker,
      body,
    );
    const expiresInSeconds = confluenceAuthorizationMinutes * 60;
    caller.reply.header('set-cookie', confluenceCookie(confluenceClients, browser, expiresInSeconds));
    return { url, expiresInSeconds };
  });

  route(app, context, contract.testConfluence, async (caller) => {
    await testConfluence(callOf(context, caller));
    return {};
  });

  route(app, context, contract.disconnectConfluence, async (caller) => {
    await disconnectConfluence(callOf(context, caller));
    return {};
  });

  route(app, context, contract.listConfluenceSpaces, async (caller) => {
    const { spaces, next } = await listConfluenceSpaces(callOf(context, caller), caller.body.page);
    return { spaces: [...spaces], next };
  });
}
