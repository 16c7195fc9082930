import { Button } from '@zendeskgarden/react-buttons';
import {
  cancelKnowledgeReading,
  deleteKnowledgeSource,
  readKnowledgeNow,
  type KnowledgeSourceView,
} from '../../../src/contract/knowledge.ts';
import { problemSlug } from '../../../src/contract/problem.ts';
import { useConsole } from '../hooks/use-console.ts';
import { useAction } from '../hooks/use-load.ts';
import type { Translate } from '../strings/translate.ts';
import { FileList } from './file-list.tsx';
import { DeleteButton, FailureNotice, Mark, Progress } from './small-parts.tsx';
import { SnippetList } from './snippet-list.tsx';

/** One source with its state, and what can be done about it. */
export function SourceCard({
  source,
  onChange,
}: {
  readonly source: KnowledgeSourceView;
  readonly onChange: () => Promise<void>;
}) {
  const { api, t, mayWrite } = useConsole();
  const { busy, failure, run } = useAction();
  const params = { sourceId: source.id };
  const change = (work: () => Promise<unknown>) =>
    void run(async () => {
      await work();
      await onChange();
    });
  const { reading, vectors, settings } = source;
  return (
    <section className="card stack" aria-label={source.name}>
      <div className="source-head">
        <h2>{source.name}</h2>
        <Mark tone="calm">{t(`kind.${settings.kind}`)}</Mark>
        {mayWrite && (
          <div className="actions">
            {reading !== null && reading.state !== 'running' && (
              <Button
                size="small"
                disabled={busy}
                onClick={() => change(() => api.call(readKnowledgeNow, { params }))}
              >
                {t('source.readNow')}
              </Button>
            )}
            {reading?.state === 'running' && (
              <Button
                size="small"
                disabled={busy}
                onClick={() => change(() => api.call(cancelKnowledgeReading, { params }))}
              >
                {t('action.stop')}
              </Button>
            )}
            <DeleteButton
              ask={t('source.delete.ask', { name: source.name, documents: source.documents })}
              busy={busy}
              onDelete={() => change(() => api.call(deleteKnowledgeSource, { params }))}
            />
          </div>
        )}
      </div>
      <p className="subtle">
        {t('source.counts', { documents: t.number(source.documents), chunks: t.number(source.chunks) })}
        {settings.kind === 'confluence' && ` · ${settings.spaces.map(({ key }) => key).join(', ')}`}
        {settings.kind === 'help-center' &&
          settings.locales.length > 0 &&
          ` · ${settings.locales.join(', ')}`}
        {settings.kind === 'web' && ` · ${[...settings.sitemaps, ...settings.urls].slice(0, 3).join(', ')}`}
      </p>
      {vectors.state === 'waiting' && (
        <Progress
          label={t('source.vectors', { done: vectors.embedded, total: vectors.chunks })}
          done={vectors.embedded}
          total={vectors.chunks}
        />
      )}
      {reading !== null && <ReadingLine reading={reading} />}
      <FailureNotice failure={failure} t={t} />
      {settings.kind === 'files' && <FileList sourceId={source.id} onChange={onChange} />}
      {settings.kind === 'snippets' && <SnippetList sourceId={source.id} onChange={onChange} />}
    </section>
  );
}

function ReadingLine({ reading }: { readonly reading: NonNullable<KnowledgeSourceView['reading']> }) {
  const { t } = useConsole();
  const { state, read, failed, skipped, finishedAt, problem } = reading;
  const tone = state === 'failed' ? 'bad' : state === 'done' ? 'good' : 'calm';
  return (
    <>
      <p className="actions">
        <Mark tone={tone}>{t(`reading.${state}`)}</Mark>
        <span className="subtle">
          {t('reading.counts', { read, failed, skipped })}
          {finishedAt !== null && ` · ${t.time(finishedAt)}`}
        </span>
      </p>
      {state === 'failed' && problem !== null && <p className="wrong">{problemLine(problem, t)}</p>}
    </>
  );
}

function problemLine(type: string, t: Translate): string {
  const { title, wayOut } = t.problem(problemSlug({ type }));
  return `${title}. ${wayOut}`;
}
