import type { ChatServices } from '../chat/chat-call.ts';
import { deliverWaiting } from '../chat/delivery/deliver-waiting.ts';
import { testAgent } from '../chat/test-agent.ts';
import type { JobTable } from '../ports/job-queue.ts';
import type { Ports } from '../ports/ports.ts';
import { countOutcomes } from '../services/ai-agents/count-outcomes.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';

type AiAgentJobs = 'chat.deliver' | 'ai-agents.test' | 'ai-agents.count-outcomes';

export interface AiAgentParts {
  readonly chat: ChatServices;
  readonly ports: Ports;
  readonly settings: SettingsReader;
}

/** What is done for AI agents while no visitor waits. */
export const aiAgentJobs = ({ chat, ports, settings }: AiAgentParts): Pick<JobTable, AiAgentJobs> => ({
  'ai-agents.test': (context, { runId, step }) =>
    testAgent({ ...context, ports }, chat, { runId, step: Number(step) }),
  'chat.deliver': (context, { sessionId, step }) =>
    deliverWaiting({ ...context, ports }, { ...chat, jobs: ports.jobs }, { sessionId, step: Number(step) }),
  'ai-agents.count-outcomes': (context) => countOutcomes(context, settings),
});
