import { ProblemError } from '../../kernel/problem-error.ts';
import { commonPasswords, commonWords } from './common-passwords.ts';

export interface PasswordPolicy {
  /** Whether nobody of the subscription can sign in without a second factor. */
  readonly secondFactorEnforced?: boolean;
}

/** Words an attacker would try first for this very account. */
export interface PasswordContext extends PasswordPolicy {
  readonly email: string;
  readonly subscriptionName: string;
}

const leastAlone = 15;
const leastWithSecondFactor = 8;
const most = 128;
const product = ['indesk', 'zendesk', 'copilot'];
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
];

/**
 * Refuses a password that is too short (15 characters; 8 where a second factor is enforced), too long (128) or among
 * the first an attacker tries. No rule about kinds of characters. Throws `invalid-request` saying which.
 */
export function checkPassword(password: string, context: PasswordContext): void {
  const text = password.normalize('NFKC');
  const length = [...text].length;
  const least = context.secondFactorEnforced === true ? leastWithSecondFactor : leastAlone;
  if (length < least)
    throw refused(`use at least ${least} characters; a few words together are easy to keep`);
  if (length > most) throw refused(`use at most ${most} characters`);
  if (isGuessable(text, context))
    throw refused('this is among the first that would be tried; a few unrelated words are safer');
}

const refused = (why: string): ProblemError =>
  new ProblemError('invalid-request', { detail: `password: ${why}` });

const letterFor: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** The text with digits and signs read as the letters they stand for. */
const unmasked = (text: string): string => [...text].map((sign) => letterFor[sign] ?? sign).join('');
const letters = (text: string): string => text.replace(/[^\p{L}]/gu, '');

function isGuessable(text: string, context: PasswordContext): boolean {
  const lower = text.toLowerCase();
  const plain = unmasked(lower);
  const trimmed = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  if ([lower, plain, trimmed, unmasked(trimmed)].some((form) => commonPasswords.has(form))) return true;
  if (new Set(lower).size < 5 || isRepeated(lower) || isRun(lower)) return true;
  const word = letters(trimmed);
  if (isRepeated(word) && commonWords.has(shortestUnit(word))) return true;
  return [lower, plain].some((form) => isMostlyContext(form, context));
}

/** The shortest text that, repeated, gives this one. */
function shortestUnit(text: string): string {
  const at = `${text}${text}`.indexOf(text, 1);
  return text.slice(0, at);
}

/** Whether a text is a unit of at most eight characters over and over. */
function isRepeated(text: string): boolean {
  const unit = shortestUnit(text);
  return unit.length < text.length && unit.length <= 8;
}

/** Whether nearly every step goes to a neighbour in the alphabet, among the digits or on the keyboard. */
function isRun(text: string): boolean {
  let steps = 0;
  for (let at = 1; at < text.length; at += 1) {
    const pair = text.slice(at - 1, at + 1);
    const back = [...pair].reverse().join('');
    if (rows.some((row) => row.includes(pair) || row.includes(back))) steps += 1;
  }
  return steps >= (text.length - 1) * 0.75;
}

/** Whether little remains once the product, the address and the subscription's name are taken out. */
function isMostlyContext(text: string, { email, subscriptionName }: PasswordContext): boolean {
  const [local = '', host = ''] = email.split('@');
  const known = [...product, ...`${local} ${host} ${subscriptionName.toLowerCase()}`.split(/[^\p{L}\p{N}]+/u)]
    .flatMap((word) => [word, unmasked(word)])
    .filter((word) => word.length >= 4)
    .sort((one, other) => other.length - one.length);
  const rest = known.reduce((remaining, word) => remaining.replaceAll(word, ' '), text);
  return rest !== text && rest.replace(/[^\p{L}\p{N}]/gu, '').length < 6;
}
