import { useSidebar } from '../hooks/use-sidebar.ts';

/** Says what was changed in the form, with the way back. */
export function UndoNote({ text, onUndo }: { readonly text: string; readonly onUndo: () => void }) {
  const { t } = useSidebar();
  return (
    <p className="applied">
      {text}
      <button type="button" className="link" onClick={onUndo}>
        {t('action.undo')}
      </button>
    </p>
  );
}
