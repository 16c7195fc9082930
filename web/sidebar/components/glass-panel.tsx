import { Button } from '@zendeskgarden/react-buttons';
import { Field, Select } from '@zendeskgarden/react-forms';
import { useState } from 'react';
import { showPrompt, type FeatureName } from '../../../src/contract/copilot.ts';
import type { Failure } from '../../shared/failure.ts';
import { failureOf } from '../hooks/run-stream.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { splitMasked, type SentPrompt } from '../state/sent-prompts.ts';
import { FailureNotice } from './failure-notice.tsx';
import { Card, ToolButton } from './small-controls.tsx';

/** Abilities whose prompt follows from the ticket alone, so that it can be shown before anything is sent. */
const foreseeable: readonly FeatureName[] = ['ticket-insight', 'summarize-ticket', 'suggest-reply'];

/** The glass prompt: exactly what models were sent since the page opened, masked values marked. */
export function GlassPanel({ onClose }: { readonly onClose: () => void }) {
  const { t, api, ticketId, prompts, settings, isOn } = useSidebar();
  const [chosen, setChosen] = useState<FeatureName | null>(null);
  const [foreseen, setForeseen] = useState<SentPrompt | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const could = settings.provider === null ? [] : foreseeable.filter(isOn);
  const choices = [...new Set([...prompts.map(({ feature }) => feature), ...could])];
  const feature = chosen ?? choices[0] ?? null;
  const sent = prompts.find((prompt) => prompt.feature === feature) ?? null;
  const shown = sent ?? (foreseen?.feature === feature ? foreseen : null);
  const time = new Intl.DateTimeFormat(t.locale, { timeStyle: 'medium' });

  const foresee = (name: FeatureName) => {
    setFailure(null);
    api.call(showPrompt, { params: { feature: name }, body: { ticketId, locale: t.locale } }).then(
      (prompt) => setForeseen({ feature: name, ...prompt, at: new Date() }),
      (error: unknown) => setFailure(failureOf(error)),
    );
  };
  return (
    <Card
      title={t('glass.title')}
      tools={<ToolButton icon="close" label={t('action.close')} onClick={onClose} />}
    >
      <p className="subtle">{t('glass.explain')}</p>
      {feature === null ? (
        <p>{t('glass.none')}</p>
      ) : (
        <Field className="glass-choice">
          <Field.Label hidden>{t('glass.choose')}</Field.Label>
          <Select
            isCompact
            value={feature}
            onChange={(event) => {
              setFailure(null);
              setChosen(choices.find((name) => name === event.target.value) ?? null);
            }}
          >
            {choices.map((name) => (
              <option key={name} value={name}>
                {t(`feature.${name}`)}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {feature !== null && shown === null && (
        <Button size="small" onClick={() => foresee(feature)}>
          {t('glass.show')}
        </Button>
      )}
      {failure !== null && feature !== null && (
        <FailureNotice failure={failure} t={t} onRetry={() => foresee(feature)} />
      )}
      {shown !== null && (
        <>
          <p className="subtle">
            {sent === null ? t('glass.would') : t('glass.at', { time: time.format(sent.at) })}
          </p>
          <Prompt prompt={shown} />
        </>
      )}
    </Card>
  );
}

function Prompt({ prompt }: { readonly prompt: SentPrompt }) {
  const { t } = useSidebar();
  const parts = [
    { title: t('glass.user'), pieces: splitMasked(prompt.user) },
    { title: t('glass.system'), pieces: splitMasked(prompt.system) },
  ];
  const masked = new Set(
    parts.flatMap(({ pieces }) => pieces.filter((piece) => piece.masked).map(({ text }) => text)),
  );
  return (
    <>
      {masked.size > 0 && <p className="subtle">{t.count('glass.masked', masked.size)}</p>}
      {parts.map(({ title, pieces }) => (
        <section key={title} className="glass" aria-label={title}>
          <h3>{title}</h3>
          <pre dir="auto">
            {pieces.map((piece, index) =>
              piece.masked ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
            )}
          </pre>
        </section>
      ))}
    </>
  );
}
