import { Button } from '@zendeskgarden/react-buttons';
import { useCallback, useRef, useState } from 'react';
import { deleteKnowledgeFile, knowledgeLimits, listKnowledgeFiles } from '../../../src/contract/knowledge.ts';
import type { Failure } from '../../shared/failure.ts';
import { useConsole } from '../hooks/use-console.ts';
import { toFailure, useAction, useLoad } from '../hooks/use-load.ts';
import { DeleteButton, FailureNotice, Mark, Progress } from './small-parts.tsx';

interface Sending {
  readonly name: string;
  readonly share: number;
}

/** Uploaded files of a source, and where more are uploaded. */
export function FileList({
  sourceId,
  onChange,
}: {
  readonly sourceId: string;
  readonly onChange: () => Promise<void>;
}) {
  const { api, t, mayWrite, announce } = useConsole();
  const read = useCallback(
    async (signal: AbortSignal) =>
      (await api.call(listKnowledgeFiles, { params: { sourceId }, signal })).files,
    [api, sourceId],
  );
  const { data, failure, reload } = useLoad(read);
  const action = useAction();
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const [refused, setRefused] = useState<readonly { readonly name: string; readonly failure: Failure }[]>([]);
  const refresh = async () => {
    await reload();
    await onChange();
  };
  const upload = async (files: readonly File[]) => {
    const failed: { name: string; failure: Failure }[] = [];
    setRefused([]);
    for (const file of files) {
      setSending({ name: file.name, share: 0 });
      try {
        await api.upload(sourceId, file, (share) => setSending({ name: file.name, share }));
        announce(t('files.stored', { name: file.name }));
      } catch (error) {
        failed.push({ name: file.name, failure: toFailure(error) });
      }
    }
    setSending(null);
    setRefused(failed);
    await refresh();
  };
  return (
    <div className="stack">
      <FailureNotice failure={failure ?? action.failure} t={t} />
      {data !== null && data.length > 0 && (
        <ul className="stack">
          {data.map(({ id, name, state, metadata, chunks, progress }) => (
            <li key={id} className="file">
              <span className="grow">
                <span dir="auto">{name}</span>{' '}
                {state !== 'ready' && <Mark tone="warn">{t(`file.${state}`)}</Mark>}
                <br />
                <span className="subtle">
                  {[
                    metadata.format,
                    t('files.size', {
                      size: t.number(Math.max(1, metadata.bytes / 1024), { maximumFractionDigits: 0 }),
                    }),
                    ...(metadata.pages === null ? [] : [t('files.pages', { pages: metadata.pages })]),
                    t('files.chunks', { chunks: progress === null ? chunks : progress.stored }),
                  ].join(' · ')}
                </span>
              </span>
              {mayWrite && (
                <DeleteButton
                  ask={t('files.delete.ask', { name })}
                  busy={action.busy}
                  onDelete={() =>
                    void action.run(async () => {
                      await api.call(deleteKnowledgeFile, { params: { sourceId, fileId: id } });
                      await refresh();
                    })
                  }
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {sending !== null && (
        <Progress
          label={t(sending.share < 1 ? 'files.sending' : 'files.reading', { name: sending.name })}
          done={sending.share}
          total={1}
        />
      )}
      {refused.map(({ name, failure: why }) => (
        <div key={name}>
          <p dir="auto">
            <strong>{name}</strong>
          </p>
          <FailureNotice failure={why} t={t} />
        </div>
      ))}
      {mayWrite && (
        <div className="actions">
          <input
            ref={input}
            hidden
            type="file"
            multiple
            accept=".pdf,.docx,.txt,.md,.html,.htm,.csv"
            onChange={(event) => {
              const chosen = [...(event.target.files ?? [])];
              event.target.value = '';
              void upload(chosen);
            }}
          />
          <Button size="small" disabled={sending !== null} onClick={() => input.current?.click()}>
            {t('files.upload')}
          </Button>
          <span className="subtle">{t('files.limits', { files: knowledgeLimits.files })}</span>
        </div>
      )}
    </div>
  );
}
