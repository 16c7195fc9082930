import { Button } from '@zendeskgarden/react-buttons';
import { Field, Input } from '@zendeskgarden/react-forms';
import { useState, type FormEvent } from 'react';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { Notice } from './failure-notice.tsx';

interface MissingFactsProps {
  readonly questions: readonly string[];
  readonly onAnswer: (answers: readonly { question: string; answer: string }[]) => void;
}

/** Questions to the agent about facts the draft lacks. */
export function MissingFacts({ questions, onAnswer }: MissingFactsProps) {
  const { t } = useSidebar();
  const [answers, setAnswers] = useState<readonly string[]>(questions.map(() => ''));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAnswer(questions.map((question, index) => ({ question, answer: answers[index] ?? '' })));
  };
  return (
    <Notice tone="calm" title={t('reply.missing')}>
      <form className="missing" onSubmit={submit}>
        {questions.map((question, index) => (
          <Field key={question}>
            <Field.Label isRegular className="small-label">
              <bdi>{question}</bdi>
            </Field.Label>
            <Input
              isCompact
              dir="auto"
              maxLength={500}
              placeholder={t('reply.answer')}
              value={answers[index] ?? ''}
              onChange={(event) =>
                setAnswers(answers.map((answer, at) => (at === index ? event.target.value : answer)))
              }
            />
          </Field>
        ))}
        <Button size="small" type="submit" disabled={answers.every((answer) => answer.trim() === '')}>
          {t('reply.useAnswers')}
        </Button>
      </form>
    </Notice>
  );
}
