import type { Transient } from '../kernel/transient.ts';
import type { Call } from '../ports/call.ts';
import type { ConversationBox } from '../ports/conversation-box.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { KeptTranscripts } from '../ports/kept-transcripts.ts';
import type { CopilotServices } from '../copilot/copilot-call.ts';
import type { Retrieved } from '../services/knowledge/passage.ts';
import type { ChatAgents } from './chat-agents.ts';
import type { ChatSessions } from './chat-sessions.ts';
import type { HandOver } from './hand-off.ts';
import type { ChatLimits } from './limits.ts';
import type { RunningTurns } from './running-turns.ts';
import type { WriteBack } from './write-back.ts';

export type ChatCall = Call<
  'database' | 'keyValues' | 'modelProvider' | 'helpDesk' | 'jobs' | 'clock' | 'ids' | 'metrics' | 'logger'
>;

/** Finds passages for the newest of a conversation's messages, among the knowledge of one AI agent and nothing else. */
export type RetrievePassages = (
  call: ChatCall,
  wanted: {
    readonly scope: { readonly aiAgentId: string };
    /** What the visitor said, newest last. */
    readonly query: Transient<readonly string[]>;
    readonly limit: number;
  },
) => Promise<Retrieved>;

/** What conversations run on besides the ports. */
export interface ChatServices extends Pick<CopilotServices, 'settings' | 'ledger' | 'quotas' | 'budgets'> {
  readonly agents: ChatAgents;
  readonly sessions: ChatSessions;
  readonly limits: ChatLimits;
  readonly running: RunningTurns;
  readonly conversations: ConversationBox;
  readonly bookkeeping: BookkeepingDatabase;
  readonly transcripts: KeptTranscripts;
  readonly retrieve: RetrievePassages;
  readonly handOver: HandOver;
  readonly writeBack: WriteBack;
}
