import { createConversationBox } from './adapters/crypto/conversation-box.ts';
import { ChatAgents } from './chat/chat-agents.ts';
import type { ChatServices } from './chat/chat-call.ts';
import { ChatSessions } from './chat/chat-sessions.ts';
import { createConversationWriter } from './chat/delivery/conversation-writer.ts';
import { createKeptTranscripts } from './adapters/crypto/kept-transcripts.ts';
import { ChatLimits } from './chat/limits.ts';
import { summarizer } from './chat/delivery/summarize.ts';
import { RunningTurns } from './chat/running-turns.ts';
import { retrievePassages } from './services/knowledge/retrieval/retrieve-passages.ts';
import type { Program } from './start.ts';

/** What conversations of visitors run on. */
export function chatServicesOf(
  program: Pick<
    Program,
    'config' | 'ports' | 'settings' | 'ledger' | 'quotas' | 'budgets' | 'bookkeeping' | 'retrieval'
  >,
): ChatServices {
  const { config, ports, settings, ledger, quotas, budgets, bookkeeping, retrieval } = program;
  const parts = { settings, ledger, quotas, budgets, bookkeeping };
  const transcripts = createKeptTranscripts(ports.secretBox, ports.keyValues);
  return {
    ...parts,
    transcripts,
    agents: new ChatAgents(ports),
    sessions: new ChatSessions(ports),
    limits: new ChatLimits(ports.rateLimiter, config.requestsPerMinute),
    running: new RunningTurns(ports),
    conversations: createConversationBox(ports.secretBox),
    retrieve: (call, wanted) => retrievePassages({ ...call, ports }, retrieval, wanted),
    ...createConversationWriter({ ...parts, transcripts, summarize: summarizer(parts) }),
  };
}
