/** What one call must not show: the rules and instructions, the marks around data, the provider's key. */
export interface Withheld {
  /** Rules and instructions as they were sent. */
  readonly rules: string;
  readonly marks: string;
  readonly apiKey: string;
}

const keyLike = /\b(?:sk-[A-Za-z0-9_-]{16,}|AIza[0-9A-Za-z_-]{30,}|xai-[A-Za-z0-9]{16,})/;

/** Letters and digits alone, in small letters: how texts are compared when spacing and signs may hide them. */
export const squeeze = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

const backwards = (text: string): string => [...text].toReversed().join('');

/** A text as it reads, and what stands encoded in it: percent signs, base64 and hex. */
function decodings(text: string): string[] {
  const runs = (pattern: RegExp, encoding: 'base64' | 'hex'): string[] =>
    (text.match(pattern) ?? []).map((run) => Buffer.from(run, encoding).toString('utf8'));
  const percents = text.match(/(?:%[0-9a-fA-F]{2}|[\w.~+-]){12,}/g) ?? [];
  return [
    text,
    ...percents.filter((run) => run.includes('%')).map(percentDecoded),
    ...runs(/[A-Za-z0-9+/_-]{16,}/g, 'base64'),
    ...runs(/(?:[0-9a-fA-F]{2}){8,}/g, 'hex'),
  ];
}

function percentDecoded(run: string): string {
  try {
    return decodeURIComponent(run.replace(/%(?![0-9a-fA-F]{2})/g, ''));
  } catch {
    return '';
  }
}

/** Everything a text may say, squeezed: forwards, backwards, decoded. */
function readingsOf(text: string): string[] {
  const squeezed = squeeze(text);
  return [squeezed, backwards(squeezed), ...decodings(text).slice(1).map(squeeze)];
}

/** The first run of at least `length` signs that both squeezed texts have and `accept` does not excuse. */
function sharedRun(
  one: string,
  other: string,
  length: number,
  excuse: (run: string) => boolean,
): string | undefined {
  const step = Math.ceil(length / 2);
  // A shared run of this length holds one whole block, wherever it begins.
  for (let at = 0; at + step <= one.length; at += step) {
    const block = one.slice(at, at + step);
    for (let there = other.indexOf(block); there >= 0; there = other.indexOf(block, there + 1)) {
      let before = 0;
      while (before < at && before < there && one[at - before - 1] === other[there - before - 1]) before += 1;
      let after = step;
      while (at + after < one.length && one[at + after] === other[there + after]) after += 1;
      const run = one.slice(at - before, at + after);
      if (run.length >= length && !excuse(run)) return run;
    }
  }
  return undefined;
}

/** About seven words: longer than anything two texts share by chance. */
const passage = 32;
const shortestKey = 12;

/** True when a text repeats `length` letters of another, or all of a shorter one, in any reading, that `known` does not have. */
export function repeatsPassage(text: string, other: string, known: () => string, length = passage): boolean {
  const squeezed = squeeze(other);
  if (squeezed.length < shortestKey) return false;
  let squeezedKnown: string | undefined;
  return readingsOf(text).some(
    (reading) =>
      sharedRun(reading, squeezed, Math.min(length, squeezed.length), (run) =>
        (squeezedKnown ??= squeeze(known())).includes(run),
      ) !== undefined,
  );
}

/** True when text holds a key, or the marks we put around data, in any reading. */
export function holdsSecret(text: string, { marks, apiKey }: Pick<Withheld, 'marks' | 'apiKey'>): boolean {
  if (keyLike.test(text)) return true;
  const secrets = [marks, squeeze(apiKey)].filter((secret) => secret.length >= shortestKey);
  return readingsOf(text).some((reading) => secrets.some((secret) => reading.includes(secret)));
}

/** Shown pieces of an answer: nothing that begins like something withheld, and nothing at all once it was that. */
export interface Guard {
  /** What may be shown now; the rest waits for more. */
  push(delta: string): string;
  end(): string;
  /** True when a whole text may be shown. */
  mayShow(text: string): boolean;
}

const shortestHeld = 8;
const longestShown = 20;

/** Watches an answer while it arrives: the checks of the whole come too late for what was shown. */
export function createGuard({ rules, marks, apiKey }: Withheld): Guard {
  const secrets = [squeeze(rules), marks, squeeze(apiKey)]
    .filter((secret) => secret.length >= shortestKey)
    .flatMap((secret) => [secret, backwards(secret)]);
  const repeats = (squeezed: string): boolean =>
    secrets.some(
      (secret) =>
        sharedRun(squeezed, secret, Math.min(longestShown, secret.length), () => false) !== undefined,
    );
  let held = '';
  let shownBefore = '';
  let stopped = false;
  return {
    push(delta) {
      if (stopped) return '';
      held += delta;
      const squeezed = shownBefore + squeeze(held);
      if (repeats(squeezed)) {
        stopped = true;
        return '';
      }
      if (beginsSecret(squeezed, secrets)) return '';
      const ready = held;
      held = '';
      shownBefore = squeezed.slice(-longestShown);
      return ready;
    },
    end: () => (stopped ? '' : held),
    mayShow: (text) => {
      const squeezed = squeeze(text);
      return !repeats(squeezed) && !beginsSecret(squeezed, secrets);
    },
  };
}

/** Its last signs stand somewhere in a secret: what follows may go on with it. */
function beginsSecret(squeezed: string, secrets: readonly string[]): boolean {
  const last = squeezed.slice(-shortestHeld);
  return last.length === shortestHeld && secrets.some((secret) => secret.includes(last));
}
