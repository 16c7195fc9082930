import { Skeleton } from '@zendeskgarden/react-loaders';
import type { CardView } from '../hooks/use-opening.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import type { CardName } from '../state/opening.ts';
import { failureWords } from '../state/problem-words.ts';

/** What a line shows in place of its value: still waiting, or why there is none and the way to try again. */
export function NoCard<N extends CardName>({ view }: { readonly view: CardView<N> }) {
  const { t } = useSidebar();
  if (view.waiting) return <Skeleton width="120px" height="12px" />;
  if (view.lost) return <span className="line-words">{t('lists.lost')}</span>;
  const failure = view.card?.failure ?? null;
  const words = failure === null ? null : failureWords(failure, t);
  return (
    <span className="line-failed">
      <span title={words?.wayOut}>{words?.title ?? t('lists.failed')}</span>
      <button type="button" className="link" onClick={view.again}>
        {t('action.retry')}
      </button>
    </span>
  );
}
