import type { Comment, Macro, MacroResult, Named, Ticket, TicketBundle, TicketField, User } from './types.ts';

/** A refused or failed call; `status` is 0 when the server could not be reached. */
export class DeskApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'DeskApiError';
    this.status = status;
  }
}

/** A ticket list with the requesters that came along. */
export type TicketList = { readonly tickets: readonly Ticket[]; readonly users: readonly User[] };

/** Where the sidebar is posted to, with its one-time token. */
export type SignedSidebar = { readonly token: string; readonly url: string; readonly appGuid?: string };

/** The calls the page makes, all to its own origin as the signed-in agent. */
export type DeskApi = ReturnType<typeof createDeskApi>;

const MAXIMUM_COMMENT_PAGES = 50;

/** Builds the client; every call throws `DeskApiError` with a message an agent can read. */
export function createDeskApi(agentId: number) {
  const raw = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer sandbox-agent-${agentId}`);
    headers.set('Accept', 'application/json');
    return fetch(path, { ...init, headers });
  };
  const call = async <Body>(path: string, method = 'GET', body?: unknown): Promise<Body> => {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    const response = await raw(path, init).catch(() => {
      throw new DeskApiError(0, 'The simulator does not answer. Is it still running?');
    });
    const text = await response.text();
    if (!response.ok) throw new DeskApiError(response.status, explain(response, text));
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  };
  return {
    raw,
    listTickets: () =>
      call<TicketList>('/api/v2/tickets.json?per_page=100&sort_by=updated_at&sort_order=desc&include=users'),
    searchTickets: async (text: string): Promise<readonly Ticket[]> => {
      const query = encodeURIComponent(`type:ticket ${text}`);
      const path = `/api/v2/search.json?query=${query}&sort_by=updated_at&sort_order=desc&per_page=50`;
      return (await call<{ results: readonly Ticket[] }>(path)).results;
    },
    loadTicket: async (id: number): Promise<TicketBundle> => {
      const path = `/api/v2/tickets/${id}.json?include=users,groups,organizations`;
      const found = await call<{ ticket: Ticket } & Partial<TicketBundle>>(path);
      return {
        ticket: found.ticket,
        users: found.users ?? [],
        groups: found.groups ?? [],
        organizations: found.organizations ?? [],
      };
    },
    loadComments: (id: number) => loadAllComments(call, id),
    updateTicket: (id: number, ticket: unknown) =>
      call<{ ticket: Ticket }>(`/api/v2/tickets/${id}.json`, 'PUT', { ticket }),
    listMacros: async () =>
      (await call<{ macros: readonly Macro[] }>('/api/v2/macros/active.json?per_page=100')).macros,
    previewMacro: async (ticketId: number, macroId: number): Promise<MacroResult> =>
      (
        await call<{ result: { ticket: MacroResult } }>(
          `/api/v2/tickets/${ticketId}/macros/${macroId}/apply.json`,
        )
      ).result.ticket,
    listFields: async () =>
      (await call<{ ticket_fields: readonly TicketField[] }>('/api/v2/ticket_fields.json')).ticket_fields,
    listGroups: async () => (await call<{ groups: readonly Named[] }>('/api/v2/groups.json')).groups,
    modelLabel: async () => (await call<{ label: string }>('/_sandbox/model')).label,
    currentFault: async () => (await call<{ preset?: string }>('/_sandbox/faults')).preset ?? 'off',
    setFault: (preset: string) =>
      preset === 'off'
        ? call<unknown>('/_sandbox/faults', 'DELETE')
        : call<unknown>('/_sandbox/faults', 'POST', { preset }),
    signSidebar: (ticketId: number) => call<SignedSidebar>('/_sandbox/sign', 'POST', { ticketId, agentId }),
  };
}

type Call = <Body>(path: string, method?: string, body?: unknown) => Promise<Body>;
type CommentPage = {
  readonly comments: readonly Comment[];
  readonly users?: readonly User[];
  readonly meta?: { readonly has_more?: boolean; readonly after_cursor?: string | null };
};

async function loadAllComments(
  call: Call,
  id: number,
): Promise<{ comments: readonly Comment[]; users: readonly User[] }> {
  const comments: Comment[] = [];
  const users = new Map<number, User>();
  let after = '';
  for (let page = 0; page < MAXIMUM_COMMENT_PAGES; page += 1) {
    const path = `/api/v2/tickets/${id}/comments.json?include=users&page[size]=100${after}`;
    const found: CommentPage = await call<CommentPage>(path);
    comments.push(...found.comments);
    for (const user of found.users ?? []) users.set(user.id, user);
    const cursor = found.meta?.has_more === true ? found.meta.after_cursor : null;
    if (typeof cursor !== 'string') break;
    after = `&page[after]=${encodeURIComponent(cursor)}`;
  }
  return { comments, users: [...users.values()] };
}

function explain(response: Response, text: string): string {
  const wait = response.headers.get('Retry-After');
  if (response.status === 429) {
    return wait === null ? 'Too many requests just now.' : `Too many requests. Try again in ${wait} s.`;
  }
  if (response.status === 503) return 'The simulated Zendesk is down (a fault is switched on).';
  if (response.status === 404) return 'Not found: it is gone, or you may not see it.';
  const details = readDetails(text);
  return details === '' ? `The simulator answered ${response.status}.` : details;
}

function readDetails(text: string): string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return text.slice(0, 200);
  }
  if (typeof body !== 'object' || body === null) return '';
  const records =
    'details' in body && typeof body.details === 'object' ? Object.values(body.details ?? {}) : [];
  const sentences = records
    .flat()
    .map((entry) => describeEntry(entry))
    .filter((sentence) => sentence !== '');
  if (sentences.length > 0) return sentences.join(' ');
  if ('description' in body && typeof body.description === 'string') return body.description;
  if ('message' in body && typeof body.message === 'string') return body.message;
  return 'error' in body && typeof body.error === 'string' ? body.error : '';
}

function describeEntry(entry: unknown): string {
  return typeof entry === 'object' && entry !== null && 'description' in entry
    ? String(entry.description)
    : '';
}
