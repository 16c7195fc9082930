import { createConversationBox } from './adapters/crypto/conversation-box.ts';
import { ChatAgents } from './chat/chat-agents.ts';
import type { ChatServices } from './chat/chat-call.ts';
import { ChatSessions } from './chat/chat-sessions.ts';
import { handOverUnavailable } from './chat/hand-off.ts';
import { ChatLimits } from './chat/limits.ts';
import { RunningTurns } from './chat/running-turns.ts';
import { noWriteBack } from './chat/write-back.ts';
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
  return {
    settings,
    ledger,
    quotas,
    budgets,
    bookkeeping,
    agents: new ChatAgents(ports),
    sessions: new ChatSessions(ports),
    limits: new ChatLimits(ports.rateLimiter, config.requestsPerMinute),
    running: new RunningTurns(ports),
    conversations: createConversationBox(ports.secretBox),
    retrieve: (call, wanted) => retrievePassages({ ...call, ports }, retrieval, wanted),
    handOver: handOverUnavailable,
    writeBack: noWriteBack,
  };
}
