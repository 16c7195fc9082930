/** What one call must not show: the rules and instructions, the marks around data, the provider's key. */
export interface Withheld {
  /** Rules and instructions as they were sent. */
  readonly rules: string;
  readonly marks: string;
  readonly apiKey: string;
  /** What was made of rules and key before; lives as long as the settings they come from. */
  readonly memory?: Map<string, BothWays>;
}

// eslint-disable-next-line no-control-regex -- all of ASCII
const plain = /^[\x00-\x7f]*$/;
const keyLike = /\b(?:sk-[A-Za-z0-9_-]{16,}|AIza[0-9A-Za-z_-]{30,}|xai-[A-Za-z0-9]{16,})/;

/** Letters and digits alone, in small letters: how texts are compared when spacing and signs may hide them. */
export function squeeze(text: string): string {
  // Most texts are plain; looking up what every sign is in Unicode showed in the profile.
  if (plain.test(text)) return text.toLowerCase().replace(/[^a-z0-9]+/g, '');
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

const backwards = (text: string): string => [...text].toReversed().join('');

/** A text as it reads, and what stands encoded in it: percent signs, base64 and hex. */
function decodings(text: string): string[] {
  // Most texts hold neither, and each look costs.
  const percents = text.includes('%') ? (text.match(/(?:%[0-9a-fA-F]{2}|[\w.~+-]){12,}/g) ?? []) : [];
  const words = hasEncodedWord(text) ? (text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? []) : [];
  return [
    text,
    ...percents.filter((run) => run.includes('%')).map(percentDecoded),
    ...words.map((run) => Buffer.from(run, 'base64').toString('utf8')),
    // Hex signs are signs of base64 too: all hex stands inside those words.
    ...words.flatMap((word) =>
      (word.match(/(?:[0-9a-fA-F]{2}){8,}/g) ?? []).map((run) => Buffer.from(run, 'hex').toString('utf8')),
    ),
  ];
}

const shortestEncoded = 16;
const ofEncoded = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(/[A-Za-z0-9+/_-]/.test(String.fromCharCode(code))),
);

/** True when a word is long enough to be base64 or hex; one look at each sign, where the pattern starts anew at each. */
function hasEncodedWord(text: string): boolean {
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    length = ofEncoded[text.charCodeAt(at)] === 1 ? length + 1 : 0;
    if (length === shortestEncoded) return true;
  }
  return false;
}

function percentDecoded(run: string): string {
  try {
    return decodeURIComponent(run.replace(/%(?![0-9a-fA-F]{2})/g, ''));
  } catch {
    return '';
  }
}

/** Everything a text may say, squeezed: as it reads, and decoded. Backwards is for whoever compares. */
const readingsOf = (text: string): string[] => decodings(text).map(squeeze);

/** A squeezed text, and every run of eight signs in it: most texts share none with it, and one look-up says so. */
interface Searched {
  readonly text: string;
  readonly runs: ReadonlySet<string>;
}
type BothWays = readonly [forwards: Searched, backwards: Searched];

const runLength = 8;

function searched(text: string): Searched {
  const runs = new Set<string>();
  for (let at = 0; at + runLength <= text.length; at += 1) runs.add(text.slice(at, at + runLength));
  return { text, runs };
}

/** A text squeezed, both ways; looked up where the same rules are compared call after call. */
function bothWays(text: string, memory?: Map<string, BothWays>): BothWays {
  const known = memory?.get(text);
  if (known !== undefined) return known;
  const squeezed = squeeze(text);
  const ways = [searched(squeezed), searched(backwards(squeezed))] as const;
  memory?.set(text, ways);
  return ways;
}

/** The first run of at least `length` signs that both squeezed texts have and `accept` does not excuse. */
function sharedRun(
  one: string,
  { text: other, runs }: Searched,
  length: number,
  excuse: (run: string) => boolean,
): string | undefined {
  const step = Math.ceil(length / 2);
  // A shared run of this length holds one whole block, wherever it begins.
  for (let at = 0; at + step <= one.length; at += step) {
    const block = one.slice(at, at + step);
    if (step >= runLength && !runs.has(block.slice(0, runLength))) continue;
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
  const ways = bothWays(other);
  return ways[0].text.length >= shortestKey && shares(readingsOf(text), ways, known, length);
}

/** The reading backwards is the text against the other backwards: the other is turned around once. */
function shares(
  readings: readonly string[],
  [forwards, turned]: BothWays,
  known: () => string,
  length: number,
): boolean {
  let squeezedKnown: string | undefined;
  const knows = (run: string): boolean => (squeezedKnown ??= squeeze(known())).includes(run);
  const least = Math.min(length, forwards.text.length);
  const [asItReads = ''] = readings;
  return (
    readings.some((reading) => sharedRun(reading, forwards, least, knows) !== undefined) ||
    sharedRun(asItReads, turned, least, (run) => knows(backwards(run))) !== undefined
  );
}

/** A key, or the marks we put around data, in any reading. */
function holdsKey(
  text: string,
  readings: readonly string[],
  withheld: Pick<Withheld, 'marks' | 'apiKey' | 'memory'>,
): boolean {
  const { marks, apiKey, memory } = withheld;
  if (keyLike.test(text)) return true;
  const [key, turnedKey] = bothWays(apiKey, memory);
  const [asItReads = ''] = readings;
  const holds = (secret: string, turned: string): boolean =>
    secret.length >= shortestKey &&
    (readings.some((reading) => reading.includes(secret)) || asItReads.includes(turned));
  return holds(marks, backwards(marks)) || holds(key.text, turnedKey.text);
}

/** True when text holds a secret of the call or repeats a passage of its rules that `known` does not have. */
export function tellsWithheld(text: string, withheld: Withheld, known: () => string): boolean {
  const readings = readingsOf(text);
  return (
    holdsKey(text, readings, withheld) ||
    shares(readings, bothWays(withheld.rules, withheld.memory), known, passage)
  );
}

/** Shown pieces of an answer: nothing that begins like something withheld, and nothing at all once it was that. */
export interface Guard {
  /** What may be shown now; the rest waits for more. */
  push(delta: string): string;
  end(): string;
  /** True when a whole text may be shown. */
  mayShow(text: string): boolean;
}

const longestShown = 20;

/** Watches an answer while it arrives: the checks of the whole come too late for what was shown. */
export function createGuard({ rules, marks, apiKey, memory }: Withheld): Guard {
  const secrets = [bothWays(rules, memory), bothWays(marks), bothWays(apiKey, memory)]
    .flat()
    .filter(({ text }) => text.length >= shortestKey);
  const repeats = (squeezed: string): boolean =>
    secrets.some(
      (secret) =>
        sharedRun(squeezed, secret, Math.min(longestShown, secret.text.length), () => false) !== undefined,
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
function beginsSecret(squeezed: string, secrets: readonly Searched[]): boolean {
  const last = squeezed.slice(-runLength);
  return last.length === runLength && secrets.some(({ runs }) => runs.has(last));
}
