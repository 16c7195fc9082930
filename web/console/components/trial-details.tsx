import type { Trial, TrialPassage } from '../../../src/contract/playground.ts';
import { useConsole } from '../hooks/use-console.ts';
import { Mark } from './small-parts.tsx';

/** How an answer came about: what was decided, the passages with their scores, the prompt, what it cost. */
export function TrialDetails({ trial }: { readonly trial: Trial }) {
  const { t } = useConsole();
  const { answer, calls, receipt } = trial;
  const cost =
    receipt.costNanoUsd === null
      ? t('try.cost.unknown')
      : t.number(receipt.costNanoUsd / 1e9, {
          style: 'currency',
          currency: 'USD',
          maximumFractionDigits: 6,
        });
  return (
    <>
      <div className="card stack">
        <h2>{t('try.outcome')}</h2>
        <p className="actions">
          <Mark tone={answer.reason === null ? 'good' : 'warn'}>{t(`action.${answer.action}`)}</Mark>
          {answer.reason !== null && <Mark tone="calm">{t(`reason.${answer.reason}`)}</Mark>}
          {calls !== null && <Mark tone="warn">{t(`cause.${calls}`)}</Mark>}
        </p>
        {calls !== null && <p className="subtle">{t('try.calls')}</p>}
        {answer.sources.length > 0 && (
          <ul className="stack">
            {answer.sources.map(({ number, title, quote, url }) => (
              <li key={number}>
                [{number}] <strong>{title}</strong>
                {url !== null && <span className="subtle"> {url}</span>}
                <blockquote dir="auto">{quote}</blockquote>
              </li>
            ))}
          </ul>
        )}
        <dl className="facts">
          <dt>{t('try.model')}</dt>
          <dd>
            {receipt.providerCalls === 0 ? t('try.model.none') : `${receipt.model} · ${receipt.providerHost}`}
          </dd>
          <dt>{t('try.tokens')}</dt>
          <dd>
            {t.number(receipt.inputTokens)} + {t.number(receipt.outputTokens)}
          </dd>
          <dt>{t('try.cost')}</dt>
          <dd>{receipt.providerCalls === 0 ? t.number(0, { style: 'currency', currency: 'USD' }) : cost}</dd>
          <dt>{t('try.time')}</dt>
          <dd>
            {t('try.seconds', { seconds: t.number(receipt.durationMs / 1000, { maximumFractionDigits: 2 }) })}
          </dd>
          <dt>{t('try.language')}</dt>
          <dd>{answer.language}</dd>
        </dl>
      </div>
      {trial.searches.map((search, at) => (
        // eslint-disable-next-line react/no-array-index-key -- the searches of an answer never move
        <div key={at} className="card stack">
          <h2>{t(at === 0 ? 'try.passages' : 'try.passages.again')}</h2>
          <p className="actions">
            <Mark tone="calm">{t(`mode.${search.mode}`)}</Mark>
            <Mark tone={search.sure ? 'good' : 'bad'}>{t(search.sure ? 'try.sure' : 'try.unsure')}</Mark>
            {search.floor !== null && (
              <span className="subtle">
                {t('try.floor', {
                  reached: t.number(search.floor.reached, { style: 'percent' }),
                  needed: t.number(search.floor.needed, { style: 'percent' }),
                })}
              </span>
            )}
          </p>
          {search.passages.length === 0 && <p>{t('try.passages.none')}</p>}
          <ol className="stack">
            {search.passages.map((passage, place) => (
              <Passage key={`${passage.sourceId}-${place}`} passage={passage} place={place + 1} />
            ))}
          </ol>
        </div>
      ))}
      {trial.prompts.map(({ system, user }, at) => (
        // eslint-disable-next-line react/no-array-index-key -- the calls of an answer never move
        <details key={at} className="card">
          <summary>
            {t(trial.prompts.length === 1 ? 'try.prompt' : 'try.prompt.n', { number: at + 1 })}
          </summary>
          <p className="subtle">{t('try.prompt.what')}</p>
          <pre className="code">{`${system}\n\n${user}`}</pre>
        </details>
      ))}
    </>
  );
}

function Passage({ passage, place }: { readonly passage: TrialPassage; readonly place: number }) {
  const { t } = useConsole();
  const digits = { maximumFractionDigits: 3 } as const;
  const { words, vector } = passage;
  const scores = [
    t('try.score', { score: t.number(passage.score, digits) }),
    words === null
      ? t('try.words.none')
      : t('try.words', { place: words.place, score: t.number(words.score, digits) }),
    vector === null
      ? t('try.vector.none')
      : t('try.vector', { place: vector.place, score: t.number(vector.score, digits) }),
  ];
  return (
    <li className="passage">
      <details>
        <summary>
          <span>
            {place}. <strong>{[passage.title, ...passage.headingPath].join(' › ')}</strong>
          </span>{' '}
          {passage.verified ? (
            <Mark tone="good">{t('try.verified')}</Mark>
          ) : (
            passage.cited && <Mark tone="bad">{t('try.notVerified')}</Mark>
          )}
        </summary>
        <p dir="auto" className="passage-text">
          {passage.text}
        </p>
      </details>
      <span className="subtle">
        {t(`kind.${passage.kind}`)}
        {passage.page !== null && ` · ${t('try.page', { page: passage.page })}`} · {scores.join(' · ')}
      </span>
      {passage.url !== null && <span className="subtle">{passage.url}</span>}
    </li>
  );
}
