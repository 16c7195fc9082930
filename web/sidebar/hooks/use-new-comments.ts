import { useCallback, useEffect, useRef, useState } from 'react';
import { countNewComments, readSeen, rememberSeen } from '../state/seen-comments.ts';
import { useSidebar } from './use-sidebar.ts';

const store = () => window.localStorage;

export interface NewComments {
  /** Comments from others since the last summary the agent looked at. */
  readonly count: number;
  readonly seenId: number | null;
  readonly markSeen: (commentId: number | null) => void;
}

/** Counts what came in since this browser last showed a summary of the ticket. */
export function useNewComments(): NewComments {
  const { zaf, ticketId, agentId, subdomain } = useSidebar();
  const [count, setCount] = useState(0);
  const seen = useRef<number | null>(readSeen(store, subdomain, ticketId));

  const recount = useCallback(async () => {
    const values = await zaf.get(['ticket.comments']).catch(() => null);
    if (values === null) setCount((before) => before + 1);
    else setCount(countNewComments(values['ticket.comments'], seen.current, agentId));
  }, [zaf, agentId]);

  useEffect(() => {
    if (seen.current !== null) void recount();
    return zaf.on('ticket.conversation.changed', () => void recount());
  }, [zaf, recount]);

  const markSeen = useCallback(
    (commentId: number | null) => {
      if (commentId === null) return;
      seen.current = commentId;
      rememberSeen(store, subdomain, ticketId, commentId);
      void recount();
    },
    [subdomain, ticketId, recount],
  );
  return { count, seenId: seen.current, markSeen };
}
