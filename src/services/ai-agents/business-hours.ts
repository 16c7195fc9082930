import type { BusinessHours } from '../../contract/ai-agents.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, made);
  return made;
}

/** Whether people are there at a time. */
export function isOpenAt({ timeZone, week, holidays }: BusinessHours, at: Date): boolean {
  const part = Object.fromEntries(
    formatFor(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  if (holidays.includes(`${part['year']}-${part['month']}-${part['day']}`)) return false;
  const now = `${part['hour']}:${part['minute']}`;
  const spans = week[weekdays.indexOf(part['weekday'] ?? '')] ?? [];
  return spans.some(({ from, to }) => from <= now && now < to);
}
