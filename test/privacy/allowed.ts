import type { Finding } from './scanner.ts';

interface Allowance {
  readonly place: RegExp;
  readonly channels: RegExp;
  readonly reason: string;
}

/** Where something marked may stand, and why. All else is a leak. */
const allowances: readonly Allowance[] = [
  {
    place: /^mails$/,
    channels: /^one-time link$|e-mail$/,
    reason: 'a mail carries its link and its address; the mail server of this run is a simulator',
  },
  {
    place: /^page \/v1\/account as /,
    channels: /^(?:changed|operator) e-mail$/,
    reason: 'people see their own address',
  },
  {
    place: /^page \/v1\/(?:copilot-settings|features|settings\/masking) as admin$/,
    channels: /^setting: /,
    reason: 'the lead reads what the lead has written',
  },
  {
    place: /^page \/v1\/macros(?:\/report)? as admin$/,
    channels: /^macro: title$/,
    reason: 'the lead sees which macros the account has',
  },
  {
    place: /^page \/v1\/knowledge\/sources as admin$/,
    channels: /^knowledge: name of (?:files|snippets)$/,
    reason: 'the lead reads the names the lead has given',
  },
  {
    place: /^heap: main thread$/,
    // Only what can be found at the end: neither what it replaced nor what was refused, broken off or deleted.
    channels:
      /^(?:knowledge: (?:file name|second version|changed snippet title|changed snippet text)|trial: (?:title|text) of what it finds)$/,
    reason:
      'files and snippets are kept open for ten minutes, so that searching their words asks no database',
  },
  {
    place: /^heap: main thread$/,
    // The newest version alone: what it replaced is gone.
    channels: /^site: (?:heading of a web page|web page), too large$/,
    reason:
      'pages that an answer was looked for in are kept for ten minutes, so that a site is not asked for each',
  },
  {
    place: /^key of Redis: .*chat-transcript:|^commands to Redis/,
    channels: /^write-back: sealed transcript$/,
    reason: 'a conversation that Zendesk did not take waits there sealed, for an hour at most',
  },
  {
    place: /^heap: main thread$/,
    channels: /^macro: /,
    reason: 'macros are kept open for ten minutes, so that suggesting them asks no database',
  },
  {
    place: /^heap: main thread$/,
    channels: /^setting: /,
    reason: 'settings are kept open for 60 seconds, so that a warm call asks no database',
  },
  {
    place: /^heap: main thread$/,
    channels: /^password of /,
    reason: 'needed for the next connection',
  },
  {
    place: /^buffers: main thread$/,
    channels: /./,
    reason:
      'the parser of responses and the pools of buffers hold the last bytes that passed until others take their place',
  },
  {
    place: /^heap: main thread$/,
    channels: /^(?:Zendesk|Confluence) access token$/,
    reason: 'kept in memory until it expires (an hour at most), so that a call need not ask for one',
  },
];

/** The reason why a finding is no leak; undefined when it is one. */
export function allowanceFor({ channel, place }: Finding): string | undefined {
  return allowances.find((one) => one.place.test(place) && one.channels.test(channel))?.reason;
}

/** Findings that are no leaks, counted by place and reason. */
export function allowedIn(findings: readonly Finding[]): string[] {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const reason = allowanceFor(finding);
    if (reason === undefined) continue;
    const line = `${finding.place}: ${reason}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `${line} (${count} channels)`);
}
