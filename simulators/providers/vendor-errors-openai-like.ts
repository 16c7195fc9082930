import type { ErrorFacts, ErrorKind, WireError } from './errors.ts';

/** Says a kind of error one vendor's way. */
export type VendorErrors = (kind: ErrorKind, facts: ErrorFacts) => WireError;
/** Status, message, type and code of an error. */
export type Entry = readonly [status: number, message: string, type: string, code: string | number | null];

/** The error body most vendors have taken over from OpenAI. */
export const openaiStyle = ([status, message, type, code]: Entry): WireError => ({
  status,
  body: { error: { message, type, param: null, code } },
});

/** The errors of DeepSeek. */
export const deepseek: VendorErrors = (kind, facts) => {
  const entries: Readonly<Record<ErrorKind, Entry>> = {
    auth: [
      401,
      `Authentication Fails, Your api key: ${facts.key} is invalid`,
      'authentication_error',
      'invalid_request_error',
    ],
    permission: [403, 'Forbidden', 'permission_error', 'invalid_request_error'],
    quota: [402, 'Insufficient Balance', 'unknown_error', 'invalid_request_error'],
    'rate-limit': [
      429,
      'Rate limit reached. Please pace your requests.',
      'rate_limit_error',
      'rate_limit_reached',
    ],
    overloaded: [503, 'Service is too busy. Please try again later.', 'service_unavailable_error', null],
    server: [500, 'Server error', 'server_error', null],
    overflow: [
      400,
      `This model's maximum context length is 131072 tokens. However, you requested ${facts.tokens} tokens. Please reduce the length of the messages or completion.`,
      'invalid_request_error',
      'invalid_request_error',
    ],
    'model-not-found': [404, 'Model Not Exist', 'invalid_request_error', 'invalid_request_error'],
    filtered: [400, 'Content Exists Risk', 'invalid_request_error', 'invalid_request_error'],
    'bad-request': [
      400,
      'Failed to deserialize the JSON body into the target type',
      'invalid_request_error',
      'invalid_request_error',
    ],
    'too-large': [413, 'Request body too large', 'invalid_request_error', 'invalid_request_error'],
  };
  return openaiStyle(entries[kind]);
};

/** The errors of Moonshot (Kimi). */
export const moonshot: VendorErrors = (kind, facts) => {
  const entries: Readonly<Record<ErrorKind, readonly [number, string, string]>> = {
    auth: [401, 'Invalid Authentication', 'invalid_authentication_error'],
    permission: [403, 'The API you are accessing is not open', 'permission_denied_error'],
    quota: [
      429,
      'Your account is suspended due to insufficient balance, please recharge your account or check your plan and billing details',
      'exceeded_current_quota_error',
    ],
    'rate-limit': [
      429,
      'Your account reached organization max RPM: 3, please try again after 1 seconds',
      'rate_limit_reached_error',
    ],
    overloaded: [
      429,
      'The engine is currently overloaded, please try again later',
      'engine_overloaded_error',
    ],
    server: [500, 'Internal server error', 'server_error'],
    overflow: [
      400,
      `Invalid request: Your request exceeded model token limit: 131072 (requested: ${facts.tokens})`,
      'invalid_request_error',
    ],
    'model-not-found': [
      404,
      `Not found the model ${facts.model} or Permission denied`,
      'resource_not_found_error',
    ],
    filtered: [400, 'The request was rejected because it was considered high risk', 'content_filter'],
    'bad-request': [400, 'Invalid request', 'invalid_request_error'],
    'too-large': [413, 'Request body too large', 'invalid_request_error'],
  };
  const [status, message, type] = entries[kind];
  return { status, body: { error: { message, type } } };
};

/** The errors of OpenRouter. */
export const openrouter: VendorErrors = (kind, facts) => {
  const upstream = {
    provider_name: 'simulator',
    raw: `${facts.model} is temporarily rate-limited upstream. Please retry shortly.`,
  };
  const entries: Readonly<Record<ErrorKind, readonly [number, string, unknown?]>> = {
    auth: [401, 'User not found.'],
    permission: [403, 'Key limit or privacy settings do not allow this model.'],
    quota: [402, 'Insufficient credits. Add more using https://openrouter.ai/settings/credits'],
    'rate-limit': [429, 'Provider returned error', upstream],
    overloaded: [503, 'No available model provider meets your routing requirements'],
    server: [500, 'Internal Server Error'],
    overflow: [
      400,
      `This endpoint's maximum context length is 131072 tokens. However, you requested about ${facts.tokens} tokens. Please reduce the length of either one, or use the "middle-out" transform to compress your prompt automatically.`,
    ],
    'model-not-found': [404, `No endpoints found for ${facts.model}.`],
    filtered: [
      403,
      'Your input was flagged by moderation',
      { reasons: ['violence'], flagged_input: '', provider_name: 'simulator', model_slug: facts.model },
    ],
    'bad-request': [400, 'Invalid request parameters'],
    'too-large': [413, 'Payload too large'],
  };
  const [code, message, metadata] = entries[kind];
  return {
    status: code,
    body: {
      error: { message, code, ...(metadata === undefined ? {} : { metadata }) },
      user_id: 'user_simulated',
    },
  };
};

/** The errors of a self-hosted compatible server. */
export const compatible: VendorErrors = (kind, facts) => {
  const entries: Readonly<Record<ErrorKind, Entry>> = {
    auth: [401, 'Unauthorized', 'AuthenticationError', 401],
    permission: [403, 'Forbidden', 'PermissionDeniedError', 403],
    quota: [429, 'The budget of this key is used up.', 'budget_exceeded', 429],
    'rate-limit': [429, 'Too many requests', 'RateLimitError', 429],
    overloaded: [503, 'The server is busy. Please try again.', 'ServiceUnavailableError', 503],
    server: [500, 'Internal Server Error', 'InternalServerError', 500],
    overflow: [
      400,
      `This model's maximum context length is 32768 tokens. However, you requested ${facts.tokens} tokens in the messages. Please reduce the length of the messages.`,
      'BadRequestError',
      400,
    ],
    'model-not-found': [404, `The model \`${facts.model}\` does not exist.`, 'NotFoundError', 404],
    filtered: [400, 'The request was blocked by a guardrail.', 'content_filter', 400],
    'bad-request': [400, 'Bad request', 'BadRequestError', 400],
    'too-large': [413, 'Request too large', 'BadRequestError', 413],
  };
  return openaiStyle(entries[kind]);
};
