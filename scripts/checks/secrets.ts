import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface FoundSecret {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
}

interface SecretRule {
  readonly name: string;
  readonly pattern: RegExp;
  /** Group of the pattern that must also look random. */
  readonly randomGroup?: number;
}

/** What keys and tokens look like at the services we deal with, and what a secret in any other dress looks like. */
export const secretRules: readonly SecretRule[] = [
  { name: 'private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{40}/ },
  { name: 'OpenAI key', pattern: /\bsk-(?:proj|svcacct|admin)-[\w-]{40,}|\bsk-[A-Za-z0-9]{20}T3BlbkFJ/ },
  { name: 'Anthropic key', pattern: /\bsk-ant-(?:api|admin)\d\d-[\w-]{40,}/ },
  { name: 'OpenRouter key', pattern: /\bsk-or-v1-[0-9a-f]{40,}/ },
  { name: 'provider key', pattern: /\bsk-([A-Za-z0-9]{32,})\b/, randomGroup: 1 },
  { name: 'xAI key', pattern: /\bxai-[A-Za-z0-9]{40,}/ },
  { name: 'Google key', pattern: /\bAIza[\w-]{35}\b/ },
  { name: 'AWS key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  { name: 'GitHub token', pattern: /\b(?:gh[opusr]_[A-Za-z0-9]{36}|github_pat_\w{60,})/ },
  { name: 'GitLab token', pattern: /\bglpat-[\w-]{20,}/ },
  { name: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  {
    name: 'Slack token',
    pattern: /\bxox[abeprs]-[\w-]{20,}|hooks\.slack\.com\/services\/T\w+\/B\w+\/\w{20,}/,
  },
  { name: 'Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,}/ },
  { name: 'mail service key', pattern: /\bSG\.[\w-]{20,}\.[\w-]{30,}|\bkey-[0-9a-f]{32}\b/ },
  { name: 'signed token', pattern: /\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.([\w-]{30,})/, randomGroup: 1 },
  {
    name: 'password in an address',
    pattern:
      /\b(?:postgres(?:ql)?|rediss?|smtps?|amqps?|mysql|mongodb(?:\+srv)?|https?):\/\/[\w.%-]*:([^\s:/@"'`${}<>]{12,})@/,
    randomGroup: 1,
  },
  {
    name: 'random text as a secret',
    pattern:
      /(?:secret|token|passw(?:or)?d|api_?-?key|root_?-?key|access_?-?key|credential)\w*["']?\s*[:=]\s*["']?([A-Za-z0-9+/_=-]{24,})(?![\w.(])/i,
    randomGroup: 1,
  },
];

// SHA-256 of values that are published by others for tests: Zendesk's secret for webhooks that are not saved yet.
const published = new Set(['2590388f27dccae86911009528d7f302a6909c6ef2ce2a8630274270c49f9979']);

const leastBitsACharacter = 3.4;
const largestFile = 2_000_000;

/** Bits of surprise a character; English lies near 3, random base64 of 24 characters above 4. */
function surprise(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Random text mixes digits and both cases; names, words and paths do not. */
function looksRandom(text: string): boolean {
  const isMixed =
    /\d/.test(text) && /[a-z]/.test(text) && (/[A-Z]/.test(text) || /^[0-9a-f]{32,}$/.test(text));
  const isHex = /^[0-9a-f]+$/.test(text);
  if (published.has(createHash('sha256').update(text).digest('hex'))) return false;
  return isMixed && surprise(text) >= (isHex ? 3 : leastBitsACharacter);
}

/** Everything in one file's text that looks like a real secret; never repeats it. */
export function secretsIn(file: string, text: string): FoundSecret[] {
  return secretRules.flatMap(({ name, pattern, randomGroup }) =>
    [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))]
      .filter((match) => randomGroup === undefined || looksRandom(match[randomGroup] ?? ''))
      .map((match) => ({ rule: name, file, line: text.slice(0, match.index).split('\n').length })),
  );
}

// Only hashes of packages, which are long and random by nature.
const unread = /^package-lock\.json$/;

/** Looks through every file that is, or is about to be, in the repository. */
export function findSecrets(root: string): {
  readonly files: number;
  readonly found: readonly FoundSecret[];
} {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed
    .split('\0')
    .filter((file) => file !== '' && !unread.test(file))
    .filter((file) => {
      const found = statSync(join(root, file), { throwIfNoEntry: false });
      return found?.isFile() === true && found.size <= largestFile;
    });
  return {
    files: files.length,
    found: files.flatMap((file) => secretsIn(file, readFileSync(join(root, file), 'latin1'))),
  };
}
