import { Button } from '@zendeskgarden/react-buttons';
import { useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { longestMessage } from '../../../src/contract/chat.ts';
import { longestTrial, type Trial, type TrialState } from '../../../src/contract/playground.ts';
import { TrialDetails } from '../components/trial-details.tsx';
import { AreaField, ChoiceField, FailureNotice, Mark } from '../components/small-parts.tsx';
import { useConsole } from '../hooks/use-console.ts';
import { useTrial } from '../hooks/use-trial.ts';
import type { AgentParts } from './agent-page.tsx';

interface Turn {
  readonly from: 'visitor' | 'agent';
  readonly text: string;
}
const atTheStart: TrialState = { language: null, unanswered: 0, handedOff: false };

/** A conversation with a version of the AI agent, and beside each answer how it came about. */
export function TryTab({ agent, versions }: AgentParts) {
  const { t, mayWrite, announce } = useConsole();
  const [version, setVersion] = useState(String(agent.newestVersion));
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [state, setState] = useState<TrialState>(atTheStart);
  const [last, setLast] = useState<Trial | null>(null);
  const [text, setText] = useState('');
  const field = useRef<HTMLFormElement>(null);
  const { running, shown, demo, failure, ask, stop } = useTrial();

  const restart = () => {
    stop();
    setTurns([]);
    setState(atTheStart);
    setLast(null);
  };
  const send = async (said: string) => {
    const message = said.trim();
    if (message === '' || running) return;
    const before = turns.slice(-(longestTrial - 1));
    const messages = [...before, { from: 'visitor' as const, text: message }];
    setTurns([...turns, { from: 'visitor', text: message }]);
    setText('');
    const trial = await ask({
      params: { aiAgentId: agent.id, version: Number(version) },
      body: { messages, locale: navigator.language.slice(0, 2), state },
    });
    if (trial === null) {
      setTurns(turns);
      setText(message);
      return;
    }
    setLast(trial);
    setState(trial.state);
    if (trial.answer.text !== '')
      setTurns([...turns, { from: 'visitor', text: message }, { from: 'agent', text: trial.answer.text }]);
    announce(t('try.ready'));
    field.current?.querySelector('textarea')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send(text);
  };
  if (!mayWrite) return <p>{t('try.notAllowed')}</p>;
  return (
    <div className="columns">
      <section className="card stack grow try">
        <div className="try-head">
          <h2>{t('try.title')}</h2>
          <ChoiceField
            label={t('try.version')}
            value={version}
            options={versions.map(({ version: one, published }) => [
              String(one),
              t(published ? 'try.version.published' : 'versions.name', { version: one }),
            ])}
            onChange={(next) => {
              setVersion(next);
              restart();
            }}
          />
        </div>
        <p className="subtle">{t('try.what')}</p>
        <ol className="turns" aria-label={t('try.conversation')}>
          {turns.map((turn, at) => (
            // eslint-disable-next-line react/no-array-index-key -- turns are only added
            <li key={at} className={`turn turn-${turn.from}`} dir="auto">
              <span className="visually-hidden">{t(`try.from.${turn.from}`)}: </span>
              {turn.text}
            </li>
          ))}
          {running && (
            <li className="turn turn-agent" dir="auto" aria-busy="true">
              {shown === '' ? t('try.working') : shown}
            </li>
          )}
        </ol>
        {turns.length === 0 && agent.settings.starters.length > 0 && (
          <div className="actions">
            {agent.settings.starters.map((starter) => (
              <Button key={starter} size="small" onClick={() => void send(starter)}>
                {starter}
              </Button>
            ))}
          </div>
        )}
        <FailureNotice failure={failure} t={t} />
        <form
          ref={field}
          className="stack"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            void send(text);
          }}
        >
          <AreaField
            label={t('try.message')}
            rows={2}
            maxLength={longestMessage}
            value={text}
            onChange={setText}
            onKeyDown={onKeyDown}
          />
          <div className="actions">
            <Button type="submit" size="small" isPrimary disabled={running || text.trim() === ''}>
              {t('try.send')}
            </Button>
            {running && (
              <Button size="small" onClick={stop}>
                {t('action.stop')}
              </Button>
            )}
            {turns.length > 0 && (
              <Button size="small" isBasic onClick={restart}>
                {t('try.restart')}
              </Button>
            )}
            {demo && <Mark tone="warn">{t('try.demo')}</Mark>}
          </div>
        </form>
      </section>
      <section className="grow stack" aria-label={t('try.details')}>
        {last === null ? (
          <p className="card subtle">{t('try.details.none')}</p>
        ) : (
          <TrialDetails trial={last} />
        )}
      </section>
    </div>
  );
}
