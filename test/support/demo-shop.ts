import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.ts';

const furnishedMs = 60_000;

/** Waits until the shop's pages show the chat: the AI agent is published then, and its files are in. Returns its widget key. */
export async function shopFurnished(house: Pick<House, 'shopUrl' | 'output'>): Promise<string> {
  const until = performance.now() + furnishedMs;
  for (;;) {
    const page = await (await fetch(`${house.shopUrl}/en/`)).text();
    const key = /data-agent="([\w-]+)"/.exec(page)?.[1];
    if (key !== undefined) return key;
    if (performance.now() > until) throw new Error(`the shop has no chat:\n${house.output()}`);
    await sleep(100);
  }
}

/** A ticket of the simulated account with its comments. */
export interface DeskTicket {
  readonly id: number;
  readonly external_id: string | null;
  readonly status: string;
  readonly group_id: number | null;
  readonly tags: readonly string[];
  readonly requester_id: number;
  readonly comments: readonly { readonly html_body: string; readonly public: boolean }[];
}

/** Tickets that came from conversations with AI agents, oldest first. */
export async function chatTickets({ zendeskUrl }: Pick<House, 'zendeskUrl'>): Promise<readonly DeskTicket[]> {
  const read = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${zendeskUrl}/api/v2/${path}`, {
      headers: { authorization: 'Bearer sandbox-agent-9001' },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as T;
  };
  const { results } = await read<{ results: readonly Omit<DeskTicket, 'comments'>[] }>(
    `search?query=${encodeURIComponent('type:ticket tags:indesk_ai_agent')}`,
  );
  return Promise.all(
    results
      .toSorted((one, other) => one.id - other.id)
      .map(async (ticket) => ({
        ...ticket,
        ...(await read<Pick<DeskTicket, 'comments'>>(`tickets/${ticket.id}/comments`)),
      })),
  );
}

/** Name and address of a person in the simulated account. */
export async function deskUser(
  { zendeskUrl }: Pick<House, 'zendeskUrl'>,
  id: number,
): Promise<{ readonly name: string; readonly email: string | null }> {
  const response = await fetch(`${zendeskUrl}/api/v2/users/${id}`, {
    headers: { authorization: 'Bearer sandbox-agent-9001' },
  });
  return ((await response.json()) as { user: { name: string; email: string | null } }).user;
}
