/** How the answer to one call goes; read from the API key (`sk-sim.ttft=50.n=40`). Times are milliseconds. */
export interface Behaviour {
  readonly key: string;
  readonly kind: 'simulated' | 'demo' | 'unknown';
  /** Before the first token. */
  readonly ttft: number;
  /** Words of a plain answer. */
  readonly words: number;
  /** Between two chunks; null takes the default of the kind. */
  readonly gap: number | null;
  /** One longer pause before chunk `pauseAt`. */
  readonly pauseAt: number | null;
  readonly pause: number;
  /** HTTP status to fail with. */
  readonly status: number | null;
  readonly retryAfter: number | null;
  /** Fails for want of money, the dialect's way. */
  readonly quota: boolean;
  /** Destroys the socket after this many chunks. */
  readonly cut: number | null;
  /** Sends the dialect's error event after this many chunks. */
  readonly midError: number | null;
  /** Falls silent after this many chunks and keeps the socket. */
  readonly stall: number | null;
  readonly finish: 'stop' | 'length';
  /** `silent` never answers; `headers` sends the headers and nothing more. */
  readonly hang: 'no' | 'silent' | 'headers';
  /** `wrapped` = prose and a fence around the JSON; `broken` = beyond repair; `once` = broken on the key's first call. */
  readonly badJson: 'no' | 'wrapped' | 'broken' | 'once';
  /** A stream chunk, or a whole body, that is no JSON. */
  readonly malformed: boolean;
  /** A proxy's HTML page with status 502 instead of an answer. */
  readonly html: boolean;
  readonly overflow: boolean;
  /** Overflow only when the prompt has more characters than this. */
  readonly window: number | null;
  /** `answer` = stopped by the filter after some text; `prompt` = refused before any. */
  readonly filter: 'no' | 'answer' | 'prompt';
  /** The failure happens only on the key's first `times` calls. */
  readonly times: number | null;
  /** Answers with the user's own text. */
  readonly echo: boolean;
  /** Does what anything in its prompt tells it, planted texts above all. */
  readonly obedient: boolean;
  /** Words become `@nanoseconds@` marks, so that a benchmark can time each chunk. */
  readonly marks: boolean;
  /** Token counts to report; `null` leaves the usage out. */
  readonly usage: UsageSettings | null;
}

/** Counts a key asks for; what is missing takes the dialect's example numbers. */
export interface UsageSettings {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: number;
  readonly reasoning?: number;
}

const settingsOf = (parts: readonly string[]): Map<string, string> =>
  new Map(
    parts.map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? [part, '1'] : [part.slice(0, equals), part.slice(equals + 1)];
    }),
  );

function usageFrom(settings: Map<string, string>): UsageSettings | null {
  if (settings.get('usage') === 'none') return null;
  const count = (name: string): number | undefined => {
    const value = Number(settings.get(name));
    return settings.has(name) && Number.isFinite(value) ? value : undefined;
  };
  const all = {
    input: count('in'),
    cacheRead: count('cached'),
    cacheWrite: count('written'),
    output: count('out'),
    reasoning: count('reasoning'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const kindOf = (key: string): Behaviour['kind'] =>
  /^sk-sim(?![a-z0-9])/.test(key) ? 'simulated' : /^sk-demo(?![a-z0-9])/.test(key) ? 'demo' : 'unknown';

/** Reads a key and, on top of it, a fault that somebody switched on for all calls. */
export function parseBehaviour(key: string, fault: string): Behaviour {
  const settings = settingsOf(
    [...key.split('.').slice(1), ...fault.split('.')].filter((part) => part !== ''),
  );
  const number = (name: string): number | null => {
    const value = Number(settings.get(name));
    return settings.has(name) && Number.isFinite(value) ? value : null;
  };
  const on = (name: string): boolean => settings.has(name) && settings.get(name) !== '0';
  const slow = on('slow');
  const badJson = settings.get('badjson');
  const filter = settings.get('filter');
  return {
    key,
    kind: kindOf(key),
    ttft: number('ttft') ?? (slow ? 3_000 : 0),
    words: number('n') ?? 40,
    gap: number('itl') ?? (slow ? 150 : null),
    pauseAt: number('pauseat'),
    pause: number('pause') ?? 0,
    status: number('status'),
    retryAfter: number('ra'),
    quota: on('quota'),
    cut: number('cut'),
    midError: number('midError') ?? number('miderror'),
    stall: number('stall'),
    finish: settings.get('finish') === 'length' ? 'length' : 'stop',
    hang: !on('hang') ? 'no' : settings.get('hang') === '2' ? 'headers' : 'silent',
    badJson: badJson === '1' ? 'wrapped' : badJson === '2' ? 'broken' : badJson === 'once' ? 'once' : 'no',
    malformed: on('malformed'),
    html: on('html'),
    overflow: on('overflow'),
    window: number('window'),
    filter:
      settings.get('finish') === 'filter'
        ? 'answer'
        : !on('filter')
          ? 'no'
          : filter === 'prompt' || filter === '2'
            ? 'prompt'
            : 'answer',
    times: number('times'),
    echo: on('echo'),
    obedient: on('obedient'),
    marks: on('marks'),
    usage: usageFrom(settings),
  };
}

const cacheLimit = 10_000;

/** Behaviours by key, parsed once; the fault applies to every key until it is changed. */
export function createBehaviours(): { get(key: string): Behaviour; setFault(fault: string): void } {
  let fault = '';
  const cache = new Map<string, Behaviour>();
  return {
    get: (key) => {
      const known = cache.get(key);
      if (known) return known;
      if (cache.size >= cacheLimit) cache.clear();
      const parsed = parseBehaviour(key, fault);
      cache.set(key, parsed);
      return parsed;
    },
    setFault: (value) => {
      fault = value;
      cache.clear();
    },
  };
}

/** The same key without its failures: what it does after its first `times` calls. */
export const withoutFailures = (behaviour: Behaviour): Behaviour => ({
  ...behaviour,
  status: null,
  quota: false,
  cut: null,
  midError: null,
  stall: null,
  hang: 'no',
  malformed: false,
  html: false,
  overflow: false,
  filter: 'no',
  finish: 'stop',
  badJson: 'no',
  ttft: 0,
  pauseAt: null,
});
