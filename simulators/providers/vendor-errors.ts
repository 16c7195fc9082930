import type { DialectName } from './dialects/dialect.ts';
import type { ErrorKind } from './errors.ts';
import {
  compatible,
  deepseek,
  moonshot,
  openaiStyle,
  openrouter,
  type Entry,
  type VendorErrors,
} from './vendor-errors-openai-like.ts';

const openai: VendorErrors = (kind, facts) => {
  const window = 128_000;
  const overflow =
    facts.api === 'responses'
      ? 'Your input exceeds the context window of this model. Please adjust your input and try again.'
      : `This model's maximum context length is ${window} tokens. However, your messages resulted in ${facts.tokens} tokens. Please reduce the length of the messages.`;
  const entries: Readonly<Record<ErrorKind, Entry>> = {
    auth: [
      401,
      `Incorrect API key provided: ${facts.key}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      'invalid_request_error',
      'invalid_api_key',
    ],
    permission: [
      403,
      'You do not have access to this model with this project key.',
      'invalid_request_error',
      'permission_denied',
    ],
    quota: [
      429,
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
      'insufficient_quota',
    ],
    'rate-limit': [
      429,
      `Rate limit reached for ${facts.model} on tokens per min (TPM): Limit 30000, Used 29800, Requested ${facts.tokens}.`,
      'tokens',
      'rate_limit_exceeded',
    ],
    overloaded: [503, 'The engine is currently overloaded, please try again later', 'server_error', null],
    server: [
      500,
      'The server had an error while processing your request. Sorry about that!',
      'server_error',
      null,
    ],
    overflow: [400, overflow, 'invalid_request_error', 'context_length_exceeded'],
    'model-not-found': [
      404,
      `The model \`${facts.model}\` does not exist or you do not have access to it.`,
      'invalid_request_error',
      'model_not_found',
    ],
    filtered: [
      400,
      'Your request was rejected as a result of our safety system.',
      'invalid_request_error',
      'content_policy_violation',
    ],
    'bad-request': [400, 'Invalid value in the request.', 'invalid_request_error', 'invalid_value'],
    'too-large': [413, 'Request too large.', 'invalid_request_error', null],
  };
  return openaiStyle(entries[kind]);
};

const anthropic: VendorErrors = (kind, facts) => {
  const lowCredit =
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.';
  const quota: readonly [number, string, string] =
    facts.status === 400
      ? [400, 'invalid_request_error', lowCredit]
      : facts.status === 429
        ? [429, 'rate_limit_error', "You have reached your organization's monthly usage limit."]
        : [402, 'billing_error', lowCredit];
  const entries: Readonly<Record<ErrorKind, readonly [number, string, string]>> = {
    auth: [401, 'authentication_error', 'invalid x-api-key'],
    permission: [
      403,
      'permission_error',
      'Your API key does not have permission to use the specified resource.',
    ],
    quota,
    'rate-limit': [
      429,
      'rate_limit_error',
      "This request would exceed your organization's rate limit of 30,000 input tokens per minute.",
    ],
    overloaded: [529, 'overloaded_error', 'Overloaded'],
    server: [500, 'api_error', 'Internal server error'],
    overflow: [
      400,
      'invalid_request_error',
      `prompt is too long: ${Math.max(facts.tokens, 200_001)} tokens > 200000 maximum`,
    ],
    'model-not-found': [404, 'not_found_error', `model: ${facts.model}`],
    filtered: [400, 'invalid_request_error', 'Output blocked by content filtering policy'],
    'bad-request': [400, 'invalid_request_error', 'messages: at least one message is required'],
    'too-large': [413, 'request_too_large', 'Request exceeds the maximum size'],
  };
  const [status, type, message] = entries[kind];
  return { status, body: { type: 'error', error: { type, message }, request_id: 'req_simulated' } };
};

const google: VendorErrors = (kind, facts) => {
  const info = (reason: string): unknown => ({
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'googleapis.com',
    metadata: { service: 'generativelanguage.googleapis.com' },
  });
  const violation = (quotaId: string): unknown => ({
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [{ quotaMetric: 'generativelanguage.googleapis.com/generate_content_requests', quotaId }],
  });
  const entries: Readonly<Record<ErrorKind, readonly [number, string, string, (readonly unknown[])?]>> = {
    auth:
      facts.status === 401
        ? [401, 'Request had invalid authentication credentials.', 'UNAUTHENTICATED']
        : [
            400,
            'API key not valid. Please pass a valid API key.',
            'INVALID_ARGUMENT',
            [info('API_KEY_INVALID')],
          ],
    permission: [403, 'The caller does not have permission', 'PERMISSION_DENIED'],
    quota:
      facts.status === 429
        ? [
            429,
            'You exceeded your current quota, please check your plan and billing details.',
            'RESOURCE_EXHAUSTED',
            [violation('GenerateRequestsPerDayPerProjectPerModel')],
          ]
        : [
            402,
            'Your prepaid credits are depleted. Please go to AI Studio to manage your billing.',
            'RESOURCE_EXHAUSTED',
            [info('BILLING_DISABLED')],
          ],
    'rate-limit': [
      429,
      'Resource has been exhausted (e.g. check quota).',
      'RESOURCE_EXHAUSTED',
      [violation('GenerateRequestsPerMinutePerProjectPerModel')],
    ],
    overloaded: [503, 'The model is overloaded. Please try again later.', 'UNAVAILABLE'],
    server: [500, 'An internal error has occurred. Please retry.', 'INTERNAL'],
    overflow: [
      400,
      `The input token count (${Math.max(facts.tokens, 1_048_577)}) exceeds the maximum number of tokens allowed (1048576).`,
      'INVALID_ARGUMENT',
    ],
    'model-not-found': [
      404,
      `models/${facts.model} is not found for API version v1beta, or is not supported for generateContent.`,
      'NOT_FOUND',
    ],
    filtered: [400, 'The request was blocked.', 'INVALID_ARGUMENT'],
    'bad-request': [400, 'Request contains an invalid argument.', 'INVALID_ARGUMENT'],
    'too-large': [413, 'Request payload size exceeds the limit.', 'INVALID_ARGUMENT'],
  };
  const [code, message, status, details] = entries[kind];
  return { status: code, body: { error: { code, message, status, ...(details ? { details } : {}) } } };
};

const mistral: VendorErrors = (kind, facts) => {
  // The gateway in front of Mistral answers key problems, in its own shape.
  if (kind === 'auth') return { status: 401, body: { detail: 'Unauthorized' } };
  const entries: Readonly<Record<Exclude<ErrorKind, 'auth'>, Entry>> = {
    permission: [403, 'Access to this model is not allowed for your workspace.', 'forbidden', '1900'],
    quota: [402, 'Monthly usage limit reached. Check your billing.', 'payment_required', '1400'],
    'rate-limit': [429, 'Rate limit exceeded', 'rate_limited', '1300'],
    overloaded: [503, 'Service unavailable.', 'service_unavailable', '3505'],
    server: [500, 'Internal server error', 'internal_server_error', '3000'],
    overflow: [
      400,
      `Prompt contains ${facts.tokens} tokens, too large for model with 131072 maximum context length`,
      'invalid_request_prompt',
      '3051',
    ],
    'model-not-found': [404, `Invalid model: ${facts.model}`, 'invalid_model', '1500'],
    filtered: [403, 'Your prompt was blocked by the moderation policy.', 'guardrail_violation', '3800'],
    'bad-request': [400, 'Invalid request.', 'invalid_request_error', '3000'],
    'too-large': [413, 'Request entity too large', 'invalid_request_error', '3001'],
  };
  const [status, message, type, code] = entries[kind];
  return { status, body: { object: 'error', message, type, param: null, code } };
};

const xai: VendorErrors = (kind, facts) => {
  const invalid = 'Client specified an invalid argument';
  // A key that does not exist is a 400 here; 401 is for a missing or unreadable header.
  const auth: readonly [number, string, string] =
    facts.status === 401
      ? [401, 'Unauthenticated', 'No authorization header or an invalid authorization token was provided.']
      : [
          400,
          invalid,
          `Incorrect API key provided: ${facts.key}. You can obtain an API key from https://console.x.ai.`,
        ];
  const exhausted = 'Some resource has been exhausted';
  const entries: Readonly<Record<ErrorKind, readonly [number, string, string]>> = {
    auth,
    permission: [
      403,
      'The caller does not have permission to execute the specified operation',
      "Your API key or team doesn't have permission to perform this action.",
    ],
    quota: [
      429,
      exhausted,
      'Your team has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.',
    ],
    'rate-limit': [
      429,
      exhausted,
      `Too many requests for the model ${facts.model}. Your team's rate limit is 60 requests per minute.`,
    ],
    overloaded: [
      503,
      'The service is currently unavailable',
      'Service temporarily unavailable. The model is at capacity and currently cannot serve this request. Please try again later.',
    ],
    server: [500, 'Internal error', 'An internal error occurred.'],
    overflow: [
      400,
      invalid,
      `This model's maximum prompt length is 131072 but the request contains ${facts.tokens} tokens.`,
    ],
    'model-not-found': [
      404,
      'Some requested entity was not found',
      `The model ${facts.model} does not exist or your team does not have access to it.`,
    ],
    filtered: [
      403,
      'The caller does not have permission to execute the specified operation',
      'Content violates usage guidelines.',
    ],
    'bad-request': [400, invalid, 'Request could not be parsed.'],
    'too-large': [413, invalid, 'Request body too large.'],
  };
  const [status, code, error] = entries[kind];
  return { status, body: { code, error } };
};

/** How each vendor says each kind of error. */
export const vendorErrors: Readonly<Record<DialectName, VendorErrors>> = {
  openai,
  anthropic,
  google,
  mistral,
  deepseek,
  xai,
  moonshot,
  openrouter,
  compatible,
};
