import { AiAgentSettings } from '../../src/contract/ai-agents.ts';
import { publishAiAgentVersion, setIdentitySecret } from '../../src/services/ai-agents/change-ai-agent.ts';
import { createAiAgent } from '../../src/services/ai-agents/create-ai-agent.ts';
import { Transient } from '../../src/kernel/transient.ts';
import { createQuestion } from '../../src/services/ai-agents/questions.ts';
import { cancelTestRun, startTestRun } from '../../src/services/ai-agents/test-runs.ts';
import { nextAddress } from './client.ts';
import { callIn } from './people.ts';
import type { World } from './world.ts';

/** The page the widgets of a subscription may stand on. */
export const widgetOrigin = (subscriptionId: string): string => `https://site-${subscriptionId}.example`;

/** A published AI agent with marked settings; returns its id and the key of its widget. */
export async function addAiAgent(
  world: World,
  subscriptionId: string,
  mark: (channel: string) => string,
): Promise<{
  readonly id: string;
  readonly widgetKey: string;
  readonly question: string;
  readonly testRun: string;
}> {
  const call = callIn(world, subscriptionId);
  const { id, widgetKey } = await createAiAgent(call, {
    name: `Agent ${mark('name of the AI agent')}`,
    settings: AiAgentSettings.parse({
      greeting: mark('greeting of the AI agent'),
      instructions: mark('instructions of the AI agent'),
      refusedTopics: [mark('refused topic')],
      allowedOrigins: [widgetOrigin(subscriptionId)],
      turnLimit: 50,
    }),
  });
  await publishAiAgentVersion(call, id, 1);
  await setIdentitySecret(call, id);
  const typed = {
    question: mark('saved question'),
    language: 'en',
    expects: { outcome: 'any' as const, sourceIds: [], contains: [mark('expected words')], excludes: [] },
  };
  const question = await createQuestion(call, id, Transient.of(typed));
  const run = await startTestRun(call, id, 1);
  await cancelTestRun(call, id, run.id);
  return { id, widgetKey, question: question.id, testRun: run.id };
}

/** A visitor who has begun a conversation over HTTP, on the page. */
export async function visit(
  world: World,
  subscriptionId: string,
  widgetKey: string,
): Promise<{ readonly session: string; readonly history: string }> {
  const response = await fetch(`${world.url}/v1/chat/${widgetKey}/sessions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: widgetOrigin(subscriptionId),
      'x-forwarded-for': nextAddress(),
    },
    body: '{}',
  });
  if (response.status !== 200) throw new Error(`No session of the widget: ${response.status}`);
  return (await response.json()) as { session: string; history: string };
}
