import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/integrations.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { addProvider, type AddProviderInput } from '../../services/integrations/add-provider.ts';
import {
  authorizationMinutes,
  beginZendeskAuthorization,
  newBrowserSecret,
  type BeginAuthorizationInput,
} from '../../services/integrations/begin-zendesk-authorization.ts';
import { connectZendesk, type ConnectZendeskInput } from '../../services/integrations/connect-zendesk.ts';
import { disconnectZendesk } from '../../services/integrations/disconnect-zendesk.ts';
import { listIntegrations } from '../../services/integrations/list-integrations.ts';
import { setProviderFallbacks } from '../../services/integrations/set-fallbacks.ts';
import { removeProvider } from '../../services/integrations/remove-provider.ts';
import { testProvider } from '../../services/integrations/test-provider.ts';
import { testZendesk } from '../../services/integrations/test-zendesk.ts';
import { updateProvider, type UpdateProviderInput } from '../../services/integrations/update-provider.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';
import { addZendeskReturnPage, authorizationCookie } from './zendesk-return-page.ts';

/** Zendesk and AI providers in the console. The services check each body, because the command line brings them too. */
export function addIntegrationsRoutes(app: FastifyInstance, context: HttpContext): void {
  addZendeskReturnPage(app, context);
  addZendeskRoutes(app, context);
  addProviderRoutes(app, context);
}

function addZendeskRoutes(app: FastifyInstance, context: HttpContext): void {
  const { settings, zendeskClients } = context;

  route(app, context, contract.listIntegrations, (caller) =>
    listIntegrations(callOf(context, caller), zendeskClients),
  );

  route(app, context, contract.authorizeZendesk, async (caller) => {
    const { actor, sessionId } = caller;
    // A token for programs has no browser that could come back.
    if (actor.kind !== 'account' || sessionId === undefined) throw new ProblemError('forbidden');
    const browser = newBrowserSecret();
    const asker = { accountId: actor.id, sessionId, browser };
    const body = caller.body as BeginAuthorizationInput;
    const { url } = await beginZendeskAuthorization(callOf(context, caller), zendeskClients, asker, body);
    const expiresInSeconds = authorizationMinutes * 60;
    caller.reply.header('set-cookie', authorizationCookie(zendeskClients, browser, expiresInSeconds));
    return { url, expiresInSeconds };
  });

  route(app, context, contract.connectZendesk, async (caller) => {
    const { scopes } = await connectZendesk(callOf(context, caller), caller.body as ConnectZendeskInput);
    settings.forget(caller.subscriptionId);
    return { scopes: [...scopes] };
  });

  route(app, context, contract.testZendesk, async (caller) => {
    const { scopes } = await testZendesk(callOf(context, caller), settings);
    return { scopes: [...scopes] };
  });

  route(app, context, contract.disconnectZendesk, (caller) =>
    disconnectZendesk(callOf(context, caller), settings, zendeskClients),
  );
}

function addProviderRoutes(app: FastifyInstance, context: HttpContext): void {
  const { settings } = context;

  route(app, context, contract.addProvider, async (caller) => {
    const added = await addProvider(callOf(context, caller), caller.body as AddProviderInput);
    settings.forget(caller.subscriptionId);
    return added;
  });

  route(app, context, contract.setProviderFallbacks, async (caller) => {
    await setProviderFallbacks(callOf(context, caller), settings, caller.body.providerIds);
    return {};
  });

  route(app, context, contract.updateProvider, async (caller) => {
    const { providerId } = caller.params;
    const changed = await updateProvider(
      callOf(context, caller),
      providerId,
      caller.body as UpdateProviderInput,
    );
    settings.forget(caller.subscriptionId);
    return changed;
  });

  route(app, context, contract.removeProvider, async (caller) => {
    await removeProvider(callOf(context, caller), { id: caller.params.providerId });
    settings.forget(caller.subscriptionId);
    return {};
  });

  route(app, context, contract.testProvider, (caller) =>
    testProvider(callOf(context, caller), settings, caller.params.providerId),
  );
}
