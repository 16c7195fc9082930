import type { FastifyInstance } from 'fastify';
import * as contract from '../../contract/copilot-settings.ts';
import {
  changeFeature,
  changeInstructions,
  listFeatures,
  listPromptVersions,
  resetAllInstructions,
} from '../../copilot/manage/manage-features.ts';
import { changeLeadSetting, resetLeadSetting } from '../../services/settings/change-lead-settings.ts';
import type { HttpContext } from '../context.ts';
import { callOf, route } from '../route.ts';

/** What the support lead sets for the copilot: documents, switches, models, instructions. */
export function addCopilotSettingsRoutes(app: FastifyInstance, context: HttpContext): void {
  const { settings } = context;

  route(
    app,
    context,
    contract.readLeadSettings,
    async ({ subscriptionId }) => (await settings.get(subscriptionId)).lead,
  );
  route(app, context, contract.changeLeadSetting, (caller) =>
    changeLeadSetting(callOf(context, caller), settings, caller.params.kind, caller.body),
  );
  route(app, context, contract.resetLeadSetting, (caller) =>
    resetLeadSetting(callOf(context, caller), settings, caller.params.kind),
  );
  route(app, context, contract.listFeatures, async (caller) => ({
    features: await listFeatures(callOf(context, caller), settings),
  }));
  route(app, context, contract.resetAllInstructions, async (caller) => ({
    features: await resetAllInstructions(callOf(context, caller), settings),
  }));
  route(app, context, contract.changeFeature, (caller) =>
    changeFeature(callOf(context, caller), settings, caller.params.feature, caller.body),
  );
  route(app, context, contract.changeInstructions, (caller) =>
    changeInstructions(callOf(context, caller), settings, caller.params.feature, caller.body.instructions),
  );
  route(app, context, contract.resetInstructions, (caller) =>
    changeInstructions(callOf(context, caller), settings, caller.params.feature, undefined),
  );
  route(app, context, contract.listPromptVersions, async (caller) => ({
    versions: await listPromptVersions(callOf(context, caller), caller.params.feature),
  }));
}
