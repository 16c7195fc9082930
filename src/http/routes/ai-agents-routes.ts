import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/ai-agents.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import {
  changeAiAgent,
  deleteAiAgent,
  publishAiAgentVersion,
  removeIdentitySecret,
  saveAiAgentSettings,
  setIdentitySecret,
} from '../../services/ai-agents/change-ai-agent.ts';
import { readAiAgentLine, readAiAgentLines, readDays } from '../../services/ai-agents/ai-agent-queries.ts';
import { createAiAgent } from '../../services/ai-agents/create-ai-agent.ts';
import {
  listAiAgentVersions,
  readAiAgent,
  readAiAgentVersion,
} from '../../services/ai-agents/read-ai-agents.ts';
import { readWidgetSnippet } from '../../services/ai-agents/widget-snippet.ts';
import { zendeskReturnPath } from '../../services/integrations/zendesk-clients.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';

/** AI agents in the console: settings with their versions, switch, snippet, counts. */
export function addAiAgentsRoutes(app: FastifyInstance, context: HttpContext): void {
  const { ports, zendeskClients } = context;
  const publicUrl = zendeskClients.redirectUri.replace(zendeskReturnPath, '');

  route(app, context, contract.listAiAgents, async ({ subscriptionId }) => ({
    aiAgents: await ports.database.read({ subscriptionId }, readAiAgentLines),
  }));

  route(app, context, contract.createAiAgent, (caller) =>
    createAiAgent(callOf(context, caller), caller.body),
  );

  route(app, context, contract.readAiAgent, (caller) =>
    readAiAgent(callOf(context, caller), caller.params.aiAgentId),
  );

  route(app, context, contract.changeAiAgent, (caller) =>
    changeAiAgent(callOf(context, caller), caller.params.aiAgentId, caller.body),
  );

  route(app, context, contract.saveAiAgentSettings, (caller) =>
    saveAiAgentSettings(callOf(context, caller), caller.params.aiAgentId, caller.body),
  );

  route(app, context, contract.listAiAgentVersions, async (caller) => ({
    versions: await listAiAgentVersions(callOf(context, caller), caller.params.aiAgentId),
  }));

  route(app, context, contract.readAiAgentVersion, async (caller) => {
    const { aiAgentId, version } = caller.params;
    return { version, settings: await readAiAgentVersion(callOf(context, caller), aiAgentId, version) };
  });

  route(app, context, contract.publishAiAgentVersion, (caller) =>
    publishAiAgentVersion(callOf(context, caller), caller.params.aiAgentId, caller.params.version),
  );

  route(app, context, contract.setIdentitySecret, async (caller) => ({
    secret: await setIdentitySecret(callOf(context, caller), caller.params.aiAgentId),
  }));

  route(app, context, contract.removeIdentitySecret, async (caller) => {
    await removeIdentitySecret(callOf(context, caller), caller.params.aiAgentId);
    return {};
  });

  route(app, context, contract.deleteAiAgent, async (caller) => {
    await deleteAiAgent(callOf(context, caller), caller.params.aiAgentId);
    return {};
  });

  route(app, context, contract.readWidgetSnippet, (caller) =>
    readWidgetSnippet(callOf(context, caller), caller.params.aiAgentId, publicUrl),
  );

  route(app, context, contract.listAiAgentDays, async ({ subscriptionId, params }) => ({
    days: await ports.database.read({ subscriptionId }, async (tx) => {
      if ((await readAiAgentLine(tx, params.aiAgentId)) === undefined) throw new ProblemError('not-found');
      return readDays(tx, params.aiAgentId);
    }),
  }));
}
