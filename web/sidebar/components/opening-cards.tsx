import type { Translate } from '../strings/translate.ts';
import { Card } from './small-controls.tsx';
import { RowsSkeleton } from './summary-rows.tsx';

/** What stands here before anything is known: the first lines in their places. */
export function OpeningCards({ t }: { readonly t: Translate }) {
  return (
    <>
      <div className="insight">
        <div className="top">
          <span className="mark mark-none" aria-hidden="true" />
          <p className="insight-words">{t('app.name')}</p>
        </div>
        <div className="risk-slot" />
      </div>
      <Card title={t('summary.title')} busy>
        <div className="summary-body">
          <RowsSkeleton />
        </div>
        <span className="visually-hidden">{t('app.loading')}</span>
        <footer className="card-foot">
          <div className="foot-line" />
        </footer>
      </Card>
    </>
  );
}
