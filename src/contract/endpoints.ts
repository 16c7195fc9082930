import type { z } from 'zod';
import * as accounts from './accounts.ts';
import * as aiAgents from './ai-agents.ts';
import * as budgets from './budgets.ts';
import * as chat from './chat.ts';
import * as confluence from './confluence.ts';
import * as copilot from './copilot.ts';
import * as copilotSettings from './copilot-settings.ts';
import type { Endpoint } from './endpoint.ts';
import * as operators from './operators.ts';
import * as subscriptions from './subscriptions.ts';
import * as integrations from './integrations.ts';
import * as feedback from './feedback.ts';
import * as knowledge from './knowledge.ts';
import * as links from './links.ts';
import * as macros from './macros.ts';
import * as masking from './masking.ts';
import * as merging from './merging.ts';
import * as mfa from './mfa.ts';
import * as playground from './playground.ts';
import * as questions from './questions.ts';
import * as qualityScores from './quality-scores.ts';
import * as triage from './triage.ts';
import * as usage from './usage.ts';

export type AnyEndpoint = Endpoint<z.ZodType, z.ZodType, z.ZodType>;

const isEndpoint = (value: unknown): value is AnyEndpoint =>
  typeof value === 'object' && value !== null && 'audience' in value && 'path' in value;

const modules: readonly object[] = [
  accounts,
  copilot,
  copilotSettings,
  integrations,
  confluence,
  operators,
  subscriptions,
  links,
  mfa,
  masking,
  macros,
  feedback,
  usage,
  budgets,
  merging,
  triage,
  knowledge,
  qualityScores,
  aiAgents,
  playground,
  questions,
  chat,
];

/** Every endpoint of the contract; a route that is neither here nor in `pages.ts` fails `npm run probe -- tenants`. */
export const endpoints: readonly AnyEndpoint[] = modules.flatMap((module) =>
  Object.values(module).filter(isEndpoint),
);
