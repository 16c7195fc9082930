import { isRecord } from '../../shared/zaf-client.ts';

/** Where ids may be kept between visits; the browser's localStorage, which a framed page may be denied. */
export interface SeenStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const keyOf = (subdomain: string, ticketId: number) => `indesk.seen.${subdomain}.${ticketId}`;

/** The newest comment this browser has seen summarised for a ticket; null when none is remembered. */
export function readSeen(store: () => SeenStore, subdomain: string, ticketId: number): number | null {
  try {
    const id = Number(store().getItem(keyOf(subdomain, ticketId)) ?? Number.NaN);
    return Number.isSafeInteger(id) && id > 0 ? id : null;
  } catch {
    return null;
  }
}

/** Remembers a comment id, and nothing but the id; silent where storing is denied. */
export function rememberSeen(
  store: () => SeenStore,
  subdomain: string,
  ticketId: number,
  commentId: number,
): void {
  try {
    store().setItem(keyOf(subdomain, ticketId), String(commentId));
  } catch {
    // Without storage the next visit counts nothing as new.
  }
}

/** How many comments came after the seen one from someone else, out of the host's `ticket.comments`. */
export function countNewComments(comments: unknown, seenId: number | null, ownId: number | null): number {
  if (!Array.isArray(comments) || seenId === null) return 0;
  return comments.filter((comment) => {
    if (!isRecord(comment)) return false;
    const author = isRecord(comment['author']) ? Number(comment['author']['id']) : null;
    return Number(comment['id']) > seenId && (ownId === null || author !== ownId);
  }).length;
}
