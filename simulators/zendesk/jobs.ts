import { randomBytes } from 'node:crypto';
import { ApiError, notFound } from './api-error.ts';
import type { Json } from './model.ts';

type Job = {
  readonly id: string;
  readonly type: string;
  readonly total: number;
  status: 'queued' | 'working' | 'completed' | 'failed' | 'killed';
  progress: number | null;
  message: string | null;
  results: readonly Json[] | null;
};

const MAXIMUM_RUNNING = 30;

/** Background jobs: queued at once, working after half of their time, done after all of it. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #duration: () => number;

  constructor(durationMilliseconds: () => number) {
    this.#duration = durationMilliseconds;
  }

  /** Queues work and gives its job id. Throws 429 `TooManyJobs` when 30 are waiting or running. */
  start(type: string, total: number, work: () => readonly Json[]): string {
    const running = [...this.#jobs.values()].filter(
      (job) => job.status === 'queued' || job.status === 'working',
    );
    if (running.length >= MAXIMUM_RUNNING) {
      throw new ApiError(
        429,
        {
          error: 'TooManyJobs',
          description: 'Too many jobs are currently queued or running. Try again later.',
          current_job_ids: running.map((job) => job.id),
        },
        { 'Retry-After': '60', 'zendesk-ratelimit-inflight-jobs': 'total=30; remaining=0; resets=60' },
      );
    }
    const id = `V3-${randomBytes(16).toString('hex')}`;
    const job: Job = { id, type, total, status: 'queued', progress: null, message: null, results: null };
    this.#jobs.set(id, job);
    this.#after(this.#duration() / 2, () => {
      job.status = 'working';
      job.progress = 0;
    });
    this.#after(this.#duration(), () => finish(job, work));
    return id;
  }

  /** What `GET /job_statuses/{id}` shows. Throws 404. */
  show(id: string, address: (path: string) => string): Json {
    const job = this.#jobs.get(id);
    if (job === undefined) throw notFound();
    const { type, ...shown } = job;
    return { ...shown, job_type: type, url: address(`job_statuses/${id}`) };
  }

  /** Stops what has not run yet. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #after(milliseconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, milliseconds);
    this.#timers.add(timer);
  }
}

function finish(job: Job, work: () => readonly Json[]): void {
  try {
    job.results = work();
    job.status = 'completed';
    job.progress = job.total;
    job.message = `Completed at ${new Date().toISOString().slice(0, 19).replace('T', ' ')} +0000`;
  } catch (error) {
    job.status = 'failed';
    job.message = error instanceof Error ? error.message : String(error);
  }
}
