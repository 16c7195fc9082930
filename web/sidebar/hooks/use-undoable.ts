import { useState } from 'react';
import type { StringKey } from '../strings/translate.ts';
import { useSidebar } from './use-sidebar.ts';
import type { Undo } from './use-ticket-form.ts';

export interface Undoable {
  readonly done: boolean;
  readonly busy: boolean;
  /** Why the host did not take it or give it back. */
  readonly problem: StringKey | null;
  readonly apply: (change: () => Promise<Undo>) => Promise<boolean>;
  readonly undo: () => void;
}

/** One change of the form with its way back; says to a screen reader what has happened. */
export function useUndoable(doneWords: StringKey, undoneWords: StringKey): Undoable {
  const { t, announce } = useSidebar();
  const [undo, setUndo] = useState<{ readonly run: Undo } | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<StringKey | null>(null);
  const attempt = async (work: () => Promise<void>, failed: StringKey): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch {
      setProblem(failed);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    done: undo !== null,
    busy,
    problem,
    apply: (change) =>
      attempt(async () => {
        setUndo({ run: await change() });
        announce(t(doneWords));
      }, 'form.failed'),
    undo: () =>
      void attempt(async () => {
        await undo?.run();
        setUndo(null);
        announce(t(undoneWords));
      }, 'form.undoFailed'),
  };
}
