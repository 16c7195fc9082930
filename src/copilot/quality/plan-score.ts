import type { ScorePreview } from '../../contract/quality-scores.ts';
import type { TicketValues } from '../../ports/help-desk-changes.ts';
import type { AccountShape, Ticket } from '../../ports/help-desk.ts';
import type { ScoreTarget } from '../../services/settings/lead-settings.ts';

/** Where a score goes on one ticket, and what stands there now. */
export type ScorePlan = Omit<ScorePreview, 'updatedAt'> & { readonly values: TicketValues };

const tagStep = 10;

/** Pure. Undefined: the account does not have what the lead chose. */
export function planScore(
  ticket: Ticket,
  target: ScoreTarget,
  score: number,
  account: AccountShape,
): ScorePlan | undefined {
  if (target.kind === 'tag') return tagPlan(ticket, target.prefix, score);
  const value = (id: number): string | null => {
    const held = ticket.customFields.find((field) => field.id === id)?.value;
    return held === null || held === undefined || held === '' ? null : String(held);
  };
  const { fieldId: id } = target;
  if (target.kind === 'number') {
    const field = account.numbers.find((one) => one.id === id);
    return (
      field && {
        target: 'number',
        title: field.title,
        // Zendesk may say 85 as "85.0".
        from: numberText(value(id)),
        to: String(score),
        values: { customFields: [{ id, value: score }] },
      }
    );
  }
  const field = account.dropDowns.find((one) => one.id === id);
  const named = (of: string | null) => field?.options.find((option) => option.value === of);
  const option = named(optionOf(target.options, score));
  if (field === undefined || option === undefined) return undefined;
  const now = value(id);
  return {
    target: 'drop-down',
    title: field.title,
    from: named(now)?.name ?? now,
    to: option.name,
    values: { customFields: [{ id, value: option.value }] },
  };
}

const numberText = (value: string | null): string | null =>
  value === null || Number.isNaN(Number(value)) ? value : String(Number(value));

/** The option whose range the score is in: the highest beginning that it reaches. */
const optionOf = (
  options: readonly { readonly from: number; readonly value: string }[],
  score: number,
): string | null =>
  options.filter(({ from }) => from <= score).toSorted((a, b) => b.from - a.from)[0]?.value ?? null;

/** One tag for ten points, such as `qa_80`; an earlier one goes. */
function tagPlan({ tags }: Ticket, prefix: string, score: number): ScorePlan {
  const to = `${prefix}${Math.floor(score / tagStep) * tagStep}`;
  const isScore = (tag: string): boolean =>
    tag.startsWith(prefix) && /^\d{1,3}$/.test(tag.slice(prefix.length));
  const before = tags.filter(isScore);
  return {
    target: 'tag',
    title: null,
    from: before.length === 0 ? null : before.join(' '),
    to,
    values: { tags: [...tags.filter((tag) => !isScore(tag)), to] },
  };
}
