import type { DeskApi } from './api.ts';
import type { Language } from './preferences.ts';
import type { ToastKind } from './toasts.ts';
import type { Agent, DeskConfig, Named, TicketField } from './types.ts';
import type { Words } from './words.ts';

/** What every part of the page shares while one agent, in one language, sits at the desk. */
export type Desk = {
  readonly config: DeskConfig;
  readonly api: DeskApi;
  readonly agent: Agent;
  readonly language: Language;
  readonly words: Words;
  readonly toast: (text: string, kind?: ToastKind) => void;
  readonly openTicket: (id: number) => void;
  readonly refreshList: () => void;
  /** The account's fields, read once; empty when they cannot be read. */
  readonly fields: () => Promise<readonly TicketField[]>;
  /** The account's groups, read once; empty when they cannot be read. */
  readonly groups: () => Promise<readonly Named[]>;
  readonly scheme: () => 'light' | 'dark';
};

const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How long ago a moment was, in the desk's language; older than 30 days gives the date. */
export function timeAgo(moment: string, language: Language): string {
  const seconds = (Date.parse(moment) - Date.now()) / 1000;
  if (!Number.isFinite(seconds)) return '';
  if (seconds < -30 * 86_400) return new Date(moment).toLocaleDateString(language, { dateStyle: 'medium' });
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, 'minute');
}

/** A `time` element's attributes: machine-readable moment and the full local time as a tooltip. */
export function timeAttributes(moment: string, language: Language): Record<string, string> {
  const title = new Date(moment).toLocaleString(language, { dateStyle: 'full', timeStyle: 'short' });
  return { datetime: moment, title };
}
