import { z } from 'zod';

const count = (most: number) => z.number().int().min(0).max(most).nullable();

/** What an operator allows: requests and tokens a calendar month (UTC), seats and AI agents at any time; null is no limit. */
export const Limits = z.object({
  requests: count(1_000_000_000),
  tokens: count(1_000_000_000_000),
  seats: count(1_000_000),
  aiAgents: count(1_000_000),
});
export type Limits = z.infer<typeof Limits>;

export function limitColumns(limits: Limits) {
  return {
    request_quota: limits.requests,
    token_quota: limits.tokens,
    seat_quota: limits.seats,
    ai_agent_quota: limits.aiAgents,
  };
}
