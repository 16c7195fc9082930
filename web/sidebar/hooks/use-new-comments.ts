import { useCallback, useEffect, useState } from 'react';
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
  const [seenId, setSeenId] = useState(() => readSeen(store, subdomain, ticketId));

  useEffect(() => {
    const recount = async () => {
      const values = await zaf.get(['ticket.comments']).catch(() => null);
      if (values !== null) setCount(countNewComments(values['ticket.comments'], seenId, agentId));
      // Not knowing which comment it was, we count what the host announces.
      else setCount((before) => before + 1);
    };
    if (seenId !== null) {
      zaf.get(['ticket.comments']).then(
        (values) => setCount(countNewComments(values['ticket.comments'], seenId, agentId)),
        () => setCount(0),
      );
    }
    return zaf.on('ticket.conversation.changed', () => void recount());
  }, [zaf, agentId, seenId]);

  const markSeen = useCallback(
    (commentId: number | null) => {
      if (commentId === null) return;
      setSeenId(commentId);
      setCount(0);
      rememberSeen(store, subdomain, ticketId, commentId);
    },
    [subdomain, ticketId],
  );
  return { count, seenId, markSeen };
}
