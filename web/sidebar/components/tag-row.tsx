import { useState } from 'react';
import { useCard } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { useFormTags, useTicketForm } from '../hooks/use-ticket-form.ts';
import { ticketNumbers } from '../state/field-words.ts';
import { Icon } from './icons.tsx';
import { NoCard } from './no-card.tsx';

const mostInLine = 3;

/** Tags that tickets like this carry: a press adds one to the form, another takes it off again. */
export function TagRow() {
  const { t, announce } = useSidebar();
  const view = useCard('suggest-tags');
  const form = useTicketForm();
  const present = useFormTags();
  const [all, setAll] = useState(false);
  const [failed, setFailed] = useState(false);
  const tags = view.card?.value?.tags ?? [];
  const shown = all ? tags : tags.slice(0, mostInLine);

  const toggle = (tag: string, isOn: boolean) =>
    (isOn ? form.removeTag(tag) : form.addTag(tag)).then(
      () => {
        setFailed(false);
        announce(t(isOn ? 'tags.removed' : 'tags.added', { tag }));
      },
      () => setFailed(true),
    );

  return (
    <>
      <div className="line line-tags">
        <h3>{t('tags.title')}</h3>
        {view.card?.value === undefined || view.card.value === null ? (
          <NoCard view={view} />
        ) : tags.length === 0 ? (
          <span className="line-words">{t('tags.none')}</span>
        ) : (
          <ul className="tags">
            {shown.map(({ tag, evidence }) => {
              const isOn = present?.includes(tag) === true;
              return (
                <li key={tag}>
                  <button
                    type="button"
                    className={isOn ? 'tag tag-on' : 'tag'}
                    aria-label={t(isOn ? 'tags.remove' : 'tags.add', { tag })}
                    title={t('tags.why', { tickets: ticketNumbers(evidence) })}
                    onClick={() => void toggle(tag, isOn)}
                  >
                    {isOn ? <Icon name="check" /> : <span aria-hidden="true">+</span>}
                    <bdi>{tag}</bdi>
                  </button>
                </li>
              );
            })}
            {tags.length > shown.length && (
              <li>
                <button type="button" className="link" onClick={() => setAll(true)}>
                  {t('tags.more', { count: tags.length - shown.length })}
                </button>
              </li>
            )}
          </ul>
        )}
      </div>
      {failed && <p className="subtle">{t('form.failed')}</p>}
    </>
  );
}
