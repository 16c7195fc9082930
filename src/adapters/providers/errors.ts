import { ProblemError } from '../../kernel/problem-error.ts';
import type { ProblemType } from '../../kernel/problem-types.ts';
import type { ProviderKind } from '../../ports/model-provider.ts';
import { chainOf, signsOf, type ErrorSigns } from './error-signs.ts';

/** Why a call failed, without anything the provider wrote. */
export interface Fault {
  readonly problem: ProblemType;
  /** Whether the same call may work a moment later. */
  readonly retry: boolean;
  readonly retryAfterSeconds: number | undefined;
  /** Whether the provider may have worked, and so bills. */
  readonly billed: boolean;
}

/** Thrown inside this folder when an answer says by itself that it is none. */
export class AnswerFault extends Error {
  readonly kind: 'cut' | 'refused';
  constructor(kind: 'cut' | 'refused') {
    super(kind);
    this.kind = kind;
  }
}

type Rule = readonly [
  problem: ProblemType,
  retry: boolean,
  applies: (signs: ErrorSigns, kind: ProviderKind) => boolean,
];

const badRequestStatuses: readonly (number | undefined)[] = [400, 413, 422, 429, undefined];

/** From the most to the least telling; the first that applies counts. */
const rules: readonly Rule[] = [
  [
    'provider-auth',
    false,
    ({ status, words, message }) =>
      status === 401 ||
      /api_key_invalid|authentication_error|invalid_api_key/.test(words) ||
      (status === 400 && /api key not valid|incorrect api key|invalid api key/.test(message)),
  ],
  [
    'provider-quota',
    false,
    ({ status, words, message }) =>
      status === 402 ||
      /insufficient_(quota|balance|user_quota)|credit_balance|spend_limit|usage_limit|billing|budget_exceeded|exceeded_current_quota|perday/.test(
        words,
      ) ||
      /credit balance|spend(ing)? limit|insufficient (balance|credits|account balance)|usage (limit|cap)|monthly (limit|cap)/.test(
        message,
      ),
  ],
  [
    'provider-overloaded',
    true,
    ({ status, words }) => status !== 400 && /overloaded|capacity_exceeded/.test(words),
  ],
  [
    'provider-context-overflow',
    false,
    ({ status, words, message }) =>
      status === 413 ||
      /context_length_exceeded|string_above_max_length|request_too_large/.test(words) ||
      (badRequestStatuses.includes(status) &&
        /context (length|window)|token limit|prompt is too long|too many tokens|token count.{0,40}exceed|too large for model|request too large|maximum prompt length/.test(
          message,
        )),
  ],
  [
    'provider-refused',
    false,
    ({ status, words, message }) =>
      /content_filter|content_policy|moderation|guardrail|safety|prohibited|invalid_prompt/.test(words) ||
      ((status === 400 || status === 403) &&
        /content exists risk|content management|content filter|safety|moderation|flagged|high risk|usage guidelines|blocked/.test(
          message,
        )),
  ],
  [
    'provider-model-not-found',
    false,
    ({ status, words, message }) =>
      status === 404 ||
      /model_not_found|invalid_model|resource_not_found/.test(words) ||
      (status === 400 &&
        /model .{0,80}(not found|does not exist|not a valid model)|not a valid model/.test(message)),
  ],
  ['provider-auth', false, ({ status, words }) => status === 403 || /permission_(error|denied)/.test(words)],
  [
    'provider-rate-limited',
    true,
    ({ status, words }) => status === 429 || /rate_limit|rate_limited|resource_exhausted/.test(words),
  ],
  [
    'provider-overloaded',
    true,
    ({ status, words }) =>
      [503, 529, 408, 409].includes(status ?? 0) ||
      (status === undefined && /unavailable|timeout|overload/.test(words)),
  ],
  // Its own answer, its proxy's, or the network's: it does not work now, whoever asks.
  [
    'provider-unreachable',
    true,
    ({ status, words }) =>
      (status !== undefined && status >= 500) ||
      (status === undefined && /server_error|api_error|internal/.test(words)),
  ],
  [
    'provider-timeout',
    true,
    ({ status, networkCode }) => status === undefined && /_(HEADERS|BODY)_TIMEOUT$/.test(networkCode ?? ''),
  ],
  [
    'provider-unreachable',
    true,
    ({ status, networkCode }) => status === undefined && networkCode !== undefined,
  ],
  ['provider-bad-request', false, ({ status }) => status !== undefined],
];

/** Sorts whatever was thrown while a model was called into the house's own kinds of problems. */
export function faultOf(error: unknown, kind: ProviderKind): Fault {
  const plain = { retry: false, retryAfterSeconds: undefined, billed: false };
  const ours = [error, ...chainOf(error)].find((link) => link instanceof ProblemError);
  if (ours !== undefined) return { ...plain, problem: ours.type, retryAfterSeconds: ours.retryAfterSeconds };
  if (error instanceof AnswerFault) {
    if (error.kind === 'refused') return { ...plain, problem: 'provider-refused' };
    return { ...plain, problem: 'provider-interrupted', retry: true, billed: true };
  }
  const signs = signsOf(error);
  const rule = rules.find(([, , applies]) => applies(signs, kind));
  // Nothing known: the packages could not read what the provider sent.
  if (rule === undefined) return { ...plain, problem: 'provider-bad-output', billed: true };
  const [problem, retry] = rule;
  const { retryAfterSeconds } = signs;
  return {
    problem,
    retry,
    retryAfterSeconds: retry ? retryAfterSeconds : undefined,
    // What broke on the way back may have been answered.
    billed:
      problem === 'provider-timeout' ||
      (problem === 'provider-unreachable' && signs.networkCode !== undefined),
  };
}

/** The error that leaves this folder; nothing of the foreign one is in it. */
export function problemOf(fault: Fault): ProblemError {
  const { problem, retryAfterSeconds } = fault;
  return new ProblemError(
    problem,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterSeconds) },
  );
}
