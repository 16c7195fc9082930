import type { Json } from './model.ts';

/** An answer other than success: status, JSON body and extra headers, thrown by handlers and sent as it is. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: Json, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${JSON.stringify(body)}`);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** 404 for a record that does not exist or may not be seen. */
export function notFound(): ApiError {
  return new ApiError(404, { error: 'RecordNotFound', description: 'Not found' });
}

/** 403 for a missing scope or role. */
export function forbidden(description: string): ApiError {
  return new ApiError(403, { error: 'Forbidden', description });
}

/** 400 with the newer list-of-errors body. */
export function badRequest(code: string, detail: string): ApiError {
  return new ApiError(400, { errors: [{ code, title: code, detail }] });
}

/** 400 for a body without the object the endpoint needs. */
export function parameterMissing(name: string): ApiError {
  return new ApiError(400, { error: 'ParameterMissing', description: `Required parameter missing: ${name}` });
}

/** 401 for a bearer token that is unknown, expired or revoked. */
export function invalidToken(): ApiError {
  const error_description =
    'The access token provided is expired, revoked, malformed or invalid for other reasons.';
  return new ApiError(
    401,
    { error: 'invalid_token', error_description },
    { 'WWW-Authenticate': `Bearer realm="Zendesk", error="invalid_token"` },
  );
}

/** One reason why a record is refused; `error` is the machine-readable word. */
export type FieldProblem = { readonly description: string; readonly error: string } & Json;

/** 422 with the reasons grouped by field name (`base` for the whole record). */
export function recordInvalid(details: Readonly<Record<string, readonly FieldProblem[]>>): ApiError {
  return new ApiError(422, { error: 'RecordInvalid', description: 'Record validation errors', details });
}

/** 422 for one field that has a value it may not have. */
export function invalidField(field: string, description: string, error = 'InvalidValue'): ApiError {
  return recordInvalid({ [field]: [{ description, error }] });
}

/** 429 with the seconds to wait; the body is plain words on purpose, clients must not parse it. */
export function tooManyRequests(retryAfterSeconds: number, description: string): ApiError {
  return new ApiError(
    429,
    { error: 'TooManyRequests', description },
    { 'Retry-After': String(retryAfterSeconds) },
  );
}
