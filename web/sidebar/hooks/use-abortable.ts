import { useCallback, useEffect, useRef } from 'react';
import { useSidebar } from './use-sidebar.ts';

/** One piece of work at a time: a new one aborts the last; the app or the page going away stops it, unmounting aborts it. `onStop` must be stable. */
export function useAbortable(onStop: () => void): {
  readonly begin: () => AbortSignal;
  readonly stop: () => void;
} {
  const { zaf } = useSidebar();
  const running = useRef<AbortController | null>(null);
  const begin = useCallback(() => {
    running.current?.abort();
    running.current = new AbortController();
    return running.current.signal;
  }, []);
  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
    onStop();
  }, [onStop]);
  useEffect(() => {
    const off = zaf.on('app.deactivated', stop);
    window.addEventListener('pagehide', stop);
    return () => {
      off();
      window.removeEventListener('pagehide', stop);
      running.current?.abort();
    };
  }, [zaf, stop]);
  return { begin, stop };
}
