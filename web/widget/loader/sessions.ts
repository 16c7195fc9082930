import type { WidgetLook } from '../../../src/contract/chat.ts';

/** A company's word on who the visitor is: a signed token, or a function that fetches one, since each is taken once. */
export type Identity = string | (() => string | Promise<string>);

export interface Opened {
  readonly session: string;
  readonly renewAfterSeconds: number;
  readonly history: string | null;
}

/** Why there is no session: the slug of a problem, or `unreachable`. */
export class SessionRefused extends Error {
  readonly problem: string;
  readonly retryAfterSeconds: number | null;

  constructor(problem: string, retryAfterSeconds: number | null) {
    super(problem);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(url, { ...init, credentials: 'omit', cache: 'no-store', redirect: 'error' });
    answer = await response.json();
  } catch {
    // Also a page that is not on the list: the browser does not let it read why.
    throw new SessionRefused('unreachable', null);
  }
  if (response.ok) return answer as T;
  const { type = '', retryAfterSeconds = null } = answer as { type?: string; retryAfterSeconds?: number };
  throw new SessionRefused(type.replace('/problems/', ''), retryAfterSeconds);
}

/** How the widget looks here. Throws `SessionRefused`. */
export const readLook = (address: string): Promise<WidgetLook> => ask(`${address}/look`, { method: 'GET' });

/** Begins a conversation, or prolongs the session of one; an identity that is refused leaves the visitor anonymous. Throws `SessionRefused`. */
export async function openSession(
  address: string,
  { locale, session, identity }: { locale: string; session: string | null; identity: Identity | null },
): Promise<Opened> {
  const send = (token: string | null): Promise<Opened> =>
    ask(`${address}/sessions`, {
      method: 'POST',
      // No other kind of body is sent to another origin without asking first.
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ locale, session, identity: token }),
    });
  const token = session === null ? await tokenOf(identity) : null;
  try {
    return await send(token);
  } catch (error) {
    if (!(error instanceof SessionRefused) || error.problem !== 'identity-refused') throw error;
    warn('The identity token was refused; this visitor is anonymous.');
    return send(null);
  }
}

async function tokenOf(identity: Identity | null): Promise<string | null> {
  try {
    return typeof identity === 'function' ? await identity() : identity;
  } catch {
    warn('The function given to identify() failed; this visitor is anonymous.');
    return null;
  }
}

/** For whoever builds the page. */
export function warn(text: string): void {
  // oxlint-disable-next-line no-console -- the page is not ours: whoever builds it looks there
  console.warn(`InDesk: ${text}`);
}
