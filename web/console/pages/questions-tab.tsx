import { Button } from '@zendeskgarden/react-buttons';
import { useCallback, useState } from 'react';
import type { z } from 'zod';
import { listKnowledgeSources } from '../../../src/contract/knowledge.ts';
import {
  cancelTestRun,
  changeQuestion,
  createQuestion,
  deleteQuestion,
  listQuestions,
  listTestRuns,
  readTestRun,
  startTestRun,
  type Question,
  type QuestionView,
  type TestResultView,
} from '../../../src/contract/questions.ts';
import { QuestionForm } from '../components/question-form.tsx';
import { RunSummary } from '../components/run-summary.tsx';
import { ChoiceField, DeleteButton, FailureNotice, Loading, Mark } from '../components/small-parts.tsx';
import { useConsole } from '../hooks/use-console.ts';
import { useAction, useLoad } from '../hooks/use-load.ts';
import { agentHref } from '../state/route.ts';
import type { AgentParts } from './agent-page.tsx';

const lookMs = 1_000;
const tones = { passed: 'good', failed: 'bad', error: 'warn' } as const;

/** The saved questions of an AI agent, asked all at once, and what came of it. */
export function QuestionsTab({ agent, versions }: AgentParts) {
  const { api, t, mayWrite } = useConsole();
  const params = { aiAgentId: agent.id };
  const read = useCallback(
    async (signal: AbortSignal) => {
      const of = { params: { aiAgentId: agent.id }, signal };
      const [{ questions }, { runs }] = await Promise.all([
        api.call(listQuestions, of),
        api.call(listTestRuns, of),
      ]);
      const [newest] = runs;
      const shown: z.output<typeof readTestRun.response> | null =
        newest === undefined
          ? null
          : await api.call(readTestRun, { params: { aiAgentId: agent.id, runId: newest.id }, signal });
      return { questions, shown };
    },
    [api, agent.id],
  );
  const { data, failure, reload } = useLoad(read, (now) =>
    now?.shown?.run.state === 'running' ? lookMs : null,
  );
  const readSources = useCallback(
    async (signal: AbortSignal) =>
      (await api.call(listKnowledgeSources, { params: {}, signal })).sources.filter(
        ({ aiAgentId }) => aiAgentId === agent.id,
      ),
    [api, agent.id],
  );
  const sources = useLoad(readSources).data ?? [];
  const [version, setVersion] = useState(String(agent.newestVersion));
  const [editing, setEditing] = useState<string | null>(null);
  const action = useAction();
  if (data === null)
    return failure === null ? (
      <Loading t={t} />
    ) : (
      <FailureNotice failure={failure} t={t} onRetry={() => void reload()} />
    );
  const { questions, shown } = data;
  const isRunning = shown?.run.state === 'running';
  const results = new Map(shown?.results.map((one) => [one.questionId, one]));
  const save = (id: string | null) => (question: Question) =>
    action.run(async () => {
      if (id === null) await api.call(createQuestion, { params, body: question });
      else await api.call(changeQuestion, { params: { ...params, questionId: id }, body: question });
      setEditing(null);
      await reload();
    });
  const change = (work: () => Promise<unknown>) =>
    void action.run(async () => {
      await work();
      await reload();
    });
  return (
    <div className="stack">
      <p>{t('questions.what')}</p>
      {questions.length > 0 && mayWrite && (
        <div className="card line-form">
          <ChoiceField
            label={t('try.version')}
            value={version}
            options={versions.map(({ version: one, published }) => [
              String(one),
              t(published ? 'try.version.published' : 'versions.name', { version: one }),
            ])}
            onChange={setVersion}
          />
          <Button
            size="small"
            isPrimary
            disabled={isRunning || action.busy}
            onClick={() =>
              change(() => api.call(startTestRun, { params, body: { version: Number(version) } }))
            }
          >
            {t('questions.run', { count: questions.length })}
          </Button>
          <span className="subtle">{t('questions.run.cost')}</span>
        </div>
      )}
      {shown !== null && (
        <RunSummary
          run={shown.run}
          results={shown.results}
          onCancel={
            mayWrite
              ? () => change(() => api.call(cancelTestRun, { params: { ...params, runId: shown.run.id } }))
              : undefined
          }
        />
      )}
      <FailureNotice failure={action.failure ?? failure} t={t} />
      {questions.length === 0 && (
        <section className="card stack">
          <h2>{t('questions.none')}</h2>
          <p>{t('questions.none.next')}</p>
        </section>
      )}
      <ul className="stack">
        {questions.map((question) => (
          <li key={question.id} className="card stack">
            {editing === question.id ? (
              <QuestionForm
                start={question}
                sources={sources}
                busy={action.busy}
                onSave={save(question.id)}
                onCancel={() => setEditing(null)}
              />
            ) : (
              <QuestionRow question={question} result={results.get(question.id)}>
                {mayWrite && (
                  <div className="actions">
                    <Button
                      size="small"
                      isBasic
                      aria-label={t('questions.edit.label', { question: question.question })}
                      onClick={() => setEditing(question.id)}
                    >
                      {t('action.edit')}
                    </Button>
                    <DeleteButton
                      ask={t('questions.delete.ask')}
                      busy={action.busy}
                      onDelete={() =>
                        change(() =>
                          api.call(deleteQuestion, { params: { ...params, questionId: question.id } }),
                        )
                      }
                    />
                    <a href={agentHref(agent.id, 'try')}>{t('questions.try')}</a>
                  </div>
                )}
              </QuestionRow>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && editing === null && (
        <div className="card stack">
          <h2>{t('questions.new')}</h2>
          <QuestionForm
            key={questions.length}
            start={null}
            sources={sources}
            busy={action.busy}
            onSave={save(null)}
          />
        </div>
      )}
    </div>
  );
}

function QuestionRow({
  question,
  result,
  children,
}: {
  readonly question: QuestionView;
  readonly result: TestResultView | undefined;
  readonly children: React.ReactNode;
}) {
  const { t } = useConsole();
  const { expects } = question;
  const words = [
    t(`expect.${expects.outcome}`),
    ...(expects.sourceIds.length > 0 ? [t('expect.sources', { count: expects.sourceIds.length })] : []),
    ...(expects.contains.length > 0 ? [t('expect.contains', { words: expects.contains.join(', ') })] : []),
    ...(expects.excludes.length > 0 ? [t('expect.excludes', { words: expects.excludes.join(', ') })] : []),
  ];
  return (
    <>
      <p className="actions">
        <strong dir="auto">{question.question}</strong>
        {result !== undefined && <Mark tone={tones[result.outcome]}>{t(`outcome.${result.outcome}`)}</Mark>}
        {result !== undefined && result.before !== null && result.before !== result.outcome && (
          <Mark tone="calm">{t('questions.before', { outcome: t(`outcome.${result.before}`) })}</Mark>
        )}
      </p>
      <p className="subtle">
        {question.language} · {words.join(' · ')}
      </p>
      {result !== undefined && result.reasons.length > 0 && (
        <p className="wrong">{result.reasons.map((reason) => t(`failed.${reason}`)).join(' ')}</p>
      )}
      {children}
    </>
  );
}
