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

const minuteMs = 60_000;
const daysAhead = 31;

/** When people are there again; undefined: not within a month. For a time at which they are not there. */
export function nextOpening(hours: BusinessHours, after: Date): Date | undefined {
  const minute = Math.floor(after.getTime() / minuteMs);
  // In quarters of an hour, which every time zone is a multiple of, and then back to the minute.
  for (let quarter = Math.floor(minute / 15) + 1; quarter <= minute / 15 + daysAhead * 96; quarter += 1) {
    if (!isOpenAt(hours, new Date(quarter * 15 * minuteMs))) continue;
    let first = quarter * 15;
    while (first - 1 > minute && isOpenAt(hours, new Date((first - 1) * minuteMs))) first -= 1;
    return new Date(first * minuteMs);
  }
  return undefined;
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
