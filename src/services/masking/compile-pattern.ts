import { RE2JS } from 're2js';
import { ProblemError } from '../../kernel/problem-error.ts';

export interface Match {
  /** UTF-16 positions, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Finds a pattern's matches in a text, in time linear to the text whatever the pattern is. */
export type FindMatches = (text: string) => Match[];

/** Instructions of a compiled pattern; time is at most this many steps a character. */
const largestProgram = 250;
const emptyProbes = ['', 'a', '1', ' ', 'a 1\n'];

/** Compiles a pattern of RE2 syntax. Throws `invalid-request` for one that is not valid, is too large or matches nothing at all. */
export function compilePattern(pattern: string, name: string): FindMatches {
  const refuse = (why: string): never => {
    throw new ProblemError('invalid-request', { detail: `${name}: ${why}` });
  };
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch {
    return refuse('This is no valid pattern (RE2 syntax: no look-around, no back-references)');
  }
  if (compiled.programSize() > largestProgram)
    return refuse('The pattern is too large; shorten its repetitions');
  const find: FindMatches = (text) => {
    const matches: Match[] = [];
    const matcher = compiled.matcher(text);
    while (matcher.find()) matches.push({ start: matcher.start(), end: matcher.end() });
    return matches;
  };
  if (emptyProbes.some((probe) => find(probe).some(({ start, end }) => start === end)))
    return refuse('The pattern matches the empty text');
  return (text) => find(text).filter(({ start, end }) => end > start);
}
