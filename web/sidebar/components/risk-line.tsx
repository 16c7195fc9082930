import { useId, useState } from 'react';
import type { Escalation, TicketInsight } from '../../../src/contract/abilities.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { en } from '../strings/en.ts';
import type { StringKey, Translate } from '../strings/translate.ts';
import { Icon } from './icons.tsx';

const namedInLine = 2;

/** The risk of escalation in one line; opens the reasons with their points. */
export function RiskLine({ risk }: { readonly risk: Escalation }) {
  const { t } = useSidebar();
  const [open, setOpen] = useState(false);
  const panel = useId();
  const level = t(risk.level === 'at-risk' ? 'risk.at-risk' : 'risk.watch');
  const raising = risk.reasons.filter(({ points }) => points > 0);
  const points = new Intl.NumberFormat(t.locale, { signDisplay: 'always' });
  return (
    <>
      <button
        type="button"
        className={`risk risk-${risk.level}`}
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
      >
        <span aria-hidden="true">▲</span>
        <strong aria-label={t('risk.label', { level, score: risk.score })}>
          {level} {risk.score}
        </strong>
        <span className="risk-why">
          {raising
            .slice(0, namedInLine)
            .map(({ code }) => signWords(code, t))
            .join(', ')}
        </span>
        <Icon name="chevron" className={open ? 'turned' : ''} />
      </button>
      <div id={panel} className="reasons reasons-boxed" hidden={!open}>
        <p className="subtle">{t('risk.title')}</p>
        <ul>
          {risk.reasons.map((reason) => (
            <li key={reason.code}>
              <span>
                {signWords(reason.code, t)}
                {reason.amount !== null && reason.amount > 1 && ` (${reason.amount})`}
              </span>
              <span className={reason.points > 0 ? 'points points-down' : 'points'}>
                {points.format(reason.points)}
              </span>
            </li>
          ))}
        </ul>
        {risk.sentence !== null && (
          <q className="evidence-quote" dir="auto">
            {risk.sentence}
          </q>
        )}
      </div>
    </>
  );
}

/** Numbers, amounts and dates of the ticket; where there are none, that nothing is alarming. */
export function EntityList({
  entities,
  calm,
}: {
  readonly entities: TicketInsight['entities'];
  readonly calm: boolean;
}) {
  const { t } = useSidebar();
  if (entities.length === 0) return calm ? <p className="subtle entities">{t('risk.calm')}</p> : null;
  return (
    <ul className="entities" aria-label={t('insight.entities')}>
      {entities.map(({ kind, value }) => (
        <li key={`${kind} ${value}`} title={kind}>
          <bdi>{value}</bdi>
        </li>
      ))}
    </ul>
  );
}

function signWords(code: string, t: Translate): string {
  const key = `sign.${code}`;
  return t(Object.hasOwn(en, key) ? (key as StringKey) : 'sign.other');
}
