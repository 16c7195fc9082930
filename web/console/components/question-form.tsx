import { Button } from '@zendeskgarden/react-buttons';
import { useState, type FormEvent } from 'react';
import type { KnowledgeSourceView } from '../../../src/contract/knowledge.ts';
import type { Question, QuestionView } from '../../../src/contract/questions.ts';
import { useConsole } from '../hooks/use-console.ts';
import { AreaField, CheckField, ChoiceField, TextField } from './small-parts.tsx';

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
const isLanguage = (text: string): boolean => /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/.test(text);

/** A question with what is expected of its answer. */
export function QuestionForm({
  start,
  sources,
  busy,
  onSave,
  onCancel,
}: {
  readonly start: QuestionView | null;
  readonly sources: readonly KnowledgeSourceView[];
  readonly busy: boolean;
  readonly onSave: (question: Question) => Promise<boolean>;
  readonly onCancel?: () => void;
}) {
  const { t } = useConsole();
  const [question, setQuestion] = useState(start?.question ?? '');
  const [language, setLanguage] = useState(start?.language ?? t.language);
  const [outcome, setOutcome] = useState(start?.expects.outcome ?? 'answer');
  const [sourceIds, setSourceIds] = useState<readonly string[]>(start?.expects.sourceIds ?? []);
  const [contains, setContains] = useState(start?.expects.contains.join('\n') ?? '');
  const [excludes, setExcludes] = useState(start?.expects.excludes.join('\n') ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (question.trim() === '' || !isLanguage(language)) return;
    void onSave({
      question: question.trim(),
      language,
      expects: {
        outcome,
        sourceIds: [...sourceIds],
        contains: lines(contains).slice(0, 20),
        excludes: lines(excludes).slice(0, 20),
      },
    });
  };
  const toggle = (id: string) => (checked: boolean) =>
    setSourceIds(checked ? [...sourceIds, id] : sourceIds.filter((one) => one !== id));
  return (
    <form className="stack" onSubmit={submit}>
      <AreaField
        label={t('questions.question')}
        rows={2}
        maxLength={2_000}
        value={question}
        onChange={setQuestion}
      />
      <div className="pair">
        <TextField
          label={t('questions.language')}
          maxLength={20}
          error={isLanguage(language) ? undefined : t('wrong.languages')}
          value={language}
          onChange={setLanguage}
        />
        <ChoiceField
          label={t('questions.outcome')}
          value={outcome}
          options={(['answer', 'not-known', 'hand-off', 'any'] as const).map((one) => [
            one,
            t(`expect.${one}`),
          ])}
          onChange={setOutcome}
        />
      </div>
      {sources.length > 0 && (
        <fieldset className="plain-set">
          <legend>{t('questions.sources')}</legend>
          {sources.map(({ id, name }) => (
            <CheckField key={id} label={name} checked={sourceIds.includes(id)} onChange={toggle(id)} />
          ))}
        </fieldset>
      )}
      <div className="pair">
        <AreaField
          label={t('questions.contains')}
          hint={t('settings.lines')}
          rows={2}
          value={contains}
          onChange={setContains}
        />
        <AreaField
          label={t('questions.excludes')}
          hint={t('settings.lines')}
          rows={2}
          value={excludes}
          onChange={setExcludes}
        />
      </div>
      <div className="actions">
        <Button type="submit" size="small" isPrimary disabled={busy || question.trim() === ''}>
          {t('action.save')}
        </Button>
        {onCancel !== undefined && (
          <Button size="small" isBasic onClick={onCancel}>
            {t('action.cancel')}
          </Button>
        )}
      </div>
    </form>
  );
}
