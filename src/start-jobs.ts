import { scheduleCleanUp } from './jobs/schedule-clean-up.ts';
import { scheduleKeyChecks } from './jobs/schedule-key-checks.ts';
import { scheduleKnowledge } from './jobs/schedule-knowledge.ts';
import { scheduleMacroSyncs } from './jobs/schedule-macro-syncs.ts';
import { scheduleOutcomes } from './jobs/schedule-outcomes.ts';
import { jobTable } from './jobs/table.ts';
import { chatServicesOf } from './start-chat.ts';
import type { Program } from './start.ts';

export interface RunningJobs {
  /** Takes no more jobs and waits for those under way. */
  stop(): Promise<void>;
  /** Puts nothing more on the queue. */
  stopSchedules(): void;
}

/** Works on jobs and puts the regular ones on the queue, unless this process only serves requests. `publicUrl` is where people reach the console. */
export function startJobs(program: Program, publicUrl: string): RunningJobs {
  const { config, ports, settings, ending, knowledgeSites } = program;
  if (config.role === 'serve') return { stop: async () => {}, stopSchedules: () => {} };
  const knowledge = { jobs: ports.jobs, sites: knowledgeSites };
  const aiAgents = { chat: chatServicesOf(program), ports, settings };
  const stop = ports.jobs.work(
    jobTable(settings, publicUrl, ending, config.auditDays, program, knowledge, aiAgents),
  );
  const schedules = [
    scheduleCleanUp,
    scheduleMacroSyncs,
    scheduleKnowledge,
    scheduleKeyChecks,
    scheduleOutcomes,
  ].map((schedule) => schedule({ ...ports, database: program.bookkeeping }));
  return { stop, stopSchedules: () => schedules.forEach((stopOne) => stopOne()) };
}
