import { Skeleton } from '@zendeskgarden/react-loaders';
import type { SummaryRows } from '../state/partial-summary.ts';
import type { Translate } from '../strings/translate.ts';

const rowOrder = ['changed', 'wants', 'facts', 'happened', 'open', 'next'] as const;

/** A summary, row by row. */
export function SummaryRowsList({ rows, t }: { readonly rows: SummaryRows; readonly t: Translate }) {
  return (
    <dl className="rows">
      {rowOrder.map((name) => {
        const lines = linesOf(rows, name);
        if (lines.length === 0) return null;
        return (
          <div key={name} className={`row row-${name}`}>
            <dt>{t(`summary.${name}`)}</dt>
            {lines.map((line, index) => (
              <dd key={index} dir="auto">
                {line}
              </dd>
            ))}
          </div>
        );
      })}
    </dl>
  );
}

function linesOf(rows: SummaryRows, name: (typeof rowOrder)[number]): readonly string[] {
  const value = rows[name];
  if (value === null || value === '') return [];
  return typeof value === 'string' ? [value] : value;
}

/** A summary as lines of plain text. */
export function summaryText(rows: SummaryRows, t: Translate): string {
  return rowOrder
    .map((name) => ({ name, lines: linesOf(rows, name) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ name, lines }) => `${t(`summary.${name}`)}: ${lines.join('; ')}`)
    .join('\n');
}

/** Holds the place of a summary until the first words arrive. */
export function RowsSkeleton() {
  return (
    <div className="rows" aria-hidden="true">
      {['92%', '78%', '84%', '60%', '88%'].map((width) => (
        <div key={width} className="row">
          <Skeleton width="44px" height="12px" />
          <Skeleton width={width} height="12px" />
        </div>
      ))}
    </div>
  );
}
