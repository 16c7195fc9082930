import { Button } from '@zendeskgarden/react-buttons';
import { useCallback, useState, type FormEvent } from 'react';
import {
  changeSnippet,
  createSnippet,
  deleteSnippet,
  knowledgeLimits,
  listSnippets,
  type SnippetView,
} from '../../../src/contract/knowledge.ts';
import { useConsole } from '../hooks/use-console.ts';
import { useAction, useLoad } from '../hooks/use-load.ts';
import { AreaField, DeleteButton, FailureNotice, TextField } from './small-parts.tsx';

/** Typed snippets of a source. */
export function SnippetList({
  sourceId,
  onChange,
}: {
  readonly sourceId: string;
  readonly onChange: () => Promise<void>;
}) {
  const { api, t, mayWrite } = useConsole();
  const read = useCallback(
    async (signal: AbortSignal) => (await api.call(listSnippets, { params: { sourceId }, signal })).snippets,
    [api, sourceId],
  );
  const { data, failure, reload } = useLoad(read);
  const [editing, setEditing] = useState<string | null>(null);
  const { busy, failure: refused, run } = useAction();
  const refresh = async () => {
    setEditing(null);
    await reload();
    await onChange();
  };
  const save = (id: string | null) => (body: { title: string; text: string }) =>
    run(async () => {
      if (id === null) await api.call(createSnippet, { params: { sourceId }, body });
      else await api.call(changeSnippet, { params: { sourceId, snippetId: id }, body });
      await refresh();
    });
  return (
    <div className="stack">
      <FailureNotice failure={failure ?? refused} t={t} />
      <ul className="stack">
        {(data ?? []).map((snippet) => (
          <li key={snippet.id} className="file">
            {editing === snippet.id ? (
              <SnippetForm
                start={snippet}
                busy={busy}
                onSave={save(snippet.id)}
                onCancel={() => setEditing(null)}
              />
            ) : (
              <>
                <span className="grow" dir="auto">
                  <strong>{snippet.title}</strong>
                  <br />
                  <span className="subtle clamp">{snippet.text}</span>
                </span>
                {mayWrite && (
                  <span className="actions">
                    <Button
                      size="small"
                      isBasic
                      aria-label={t('snippets.edit.label', { title: snippet.title })}
                      onClick={() => setEditing(snippet.id)}
                    >
                      {t('action.edit')}
                    </Button>
                    <DeleteButton
                      ask={t('files.delete.ask', { name: snippet.title })}
                      busy={busy}
                      onDelete={() =>
                        void run(async () => {
                          await api.call(deleteSnippet, { params: { sourceId, snippetId: snippet.id } });
                          await refresh();
                        })
                      }
                    />
                  </span>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
      {mayWrite &&
        (editing === 'new' ? (
          <SnippetForm start={null} busy={busy} onSave={save(null)} onCancel={() => setEditing(null)} />
        ) : (
          <div className="actions">
            <Button size="small" onClick={() => setEditing('new')}>
              {t('snippets.new')}
            </Button>
          </div>
        ))}
    </div>
  );
}

function SnippetForm({
  start,
  busy,
  onSave,
  onCancel,
}: {
  readonly start: SnippetView | null;
  readonly busy: boolean;
  readonly onSave: (snippet: { title: string; text: string }) => Promise<boolean>;
  readonly onCancel: () => void;
}) {
  const { t } = useConsole();
  const [title, setTitle] = useState(start?.title ?? '');
  const [text, setText] = useState(start?.text ?? '');
  const isEmpty = title.trim() === '' || text.trim() === '';
  return (
    <form
      className="stack grow"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (!isEmpty) void onSave({ title: title.trim(), text: text.trim() });
      }}
    >
      <TextField label={t('snippets.title')} maxLength={200} value={title} onChange={setTitle} />
      <AreaField
        label={t('snippets.text')}
        rows={4}
        maxLength={knowledgeLimits.snippet}
        value={text}
        onChange={setText}
      />
      <div className="actions">
        <Button type="submit" size="small" isPrimary disabled={busy || isEmpty}>
          {t('action.save')}
        </Button>
        <Button size="small" isBasic onClick={onCancel}>
          {t('action.cancel')}
        </Button>
      </div>
    </form>
  );
}
