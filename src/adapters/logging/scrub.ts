// Every pattern is bounded or anchored on a literal, so that hostile text costs linear time.
const email = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}/g;
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(?:sk-|xai-|pplx-|gsk_)[A-Za-z0-9_-]{8,200}/g, '[key]'],
  [/\bidk_[A-Za-z0-9_-]{8,200}/g, '[key]'],
  [/\bAIza[0-9A-Za-z_-]{20,80}/g, '[key]'],
  [/\beyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{1,4000}\.[A-Za-z0-9_-]{1,4000}/g, '[token]'],
  [/\bBearer [A-Za-z0-9._~+/=-]{8,4000}/gi, 'Bearer [token]'],
  [/\bv1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{20,8000}/g, '[sealed]'],
];

/** The second net: removes e-mails, keys and tokens from a finished log line. */
export function scrub(line: string): string {
  // The only pattern without a literal to begin with.
  let clean = line.includes('@') ? line.replace(email, '[email]') : line;
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}
