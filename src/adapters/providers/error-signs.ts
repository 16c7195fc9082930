import { parseJson } from '../../kernel/json.ts';

/** What a foreign error says that its kind can be told from; words in lower case, used for matching only. */
export interface ErrorSigns {
  readonly status: number | undefined;
  /** Codes, types and reasons, joined by spaces. */
  readonly words: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
  /** The code of a network error somewhere in the chain of causes. */
  readonly networkCode: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'object' && first !== null ? (first as Fields) : undefined;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

/** An error and its causes, outermost first; at most six. */
export function chainOf(error: unknown): Fields[] {
  const chain: Fields[] = [];
  for (let at = fieldsOf(error); at !== undefined && chain.length < 6; at = fieldsOf(at['cause']))
    chain.push(at);
  return chain;
}

function bodyOf(error: Fields): Fields | undefined {
  const { responseBody, data } = error;
  return (typeof responseBody === 'string' ? fieldsOf(parseJson(responseBody)) : undefined) ?? fieldsOf(data);
}

function inner(body: Fields): Fields {
  return fieldsOf(body['error']) ?? fieldsOf(fieldsOf(body['response'])?.['error']) ?? body;
}

function detailsOf(error: Fields): Fields[] {
  const { details } = error;
  return Array.isArray(details) ? details.map(fieldsOf).filter((detail) => detail !== undefined) : [];
}

function secondsFrom(text: string): number | undefined {
  if (text === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1_000);
}

function retryAfterOf(error: Fields, details: readonly Fields[]): number | undefined {
  const headers = fieldsOf(error['responseHeaders']);
  const milliseconds = secondsFrom(textOf(headers?.['retry-after-ms']));
  if (milliseconds !== undefined) return milliseconds / 1_000;
  const seconds = secondsFrom(textOf(headers?.['retry-after']));
  if (seconds !== undefined) return seconds;
  const delay = details.map((detail) => textOf(detail['retryDelay'])).find((text) => /^[\d.]+s$/.test(text));
  return delay === undefined ? undefined : Number(delay.slice(0, -1));
}

/** A status that says failure; a success with an unreadable body has none. */
function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' ? Number(value) : value;
  return typeof status === 'number' && status >= 300 && status < 600 ? status : undefined;
}

function networkCodeOf(chain: readonly Fields[]): string | undefined {
  const network = /^(E[A-Z_]{3,}|UND_ERR_[A-Z_]+|CERT_[A-Z_]+|[A-Z_]*CERTIFICATE[A-Z_]*|HPE_[A-Z_]+)$/;
  return chain.map(({ code }) => textOf(code)).find((code) => network.test(code));
}

/** Reads an error of the provider packages, or an error event inside a stream. */
export function signsOf(error: unknown): ErrorSigns {
  const chain = chainOf(error);
  const outer = chain[0] ?? {};
  const told =
    chain.find((link) => link['responseBody'] !== undefined || link['statusCode'] !== undefined) ?? outer;
  const body = bodyOf(told) ?? {};
  const cause = inner(body);
  const details = detailsOf(cause);
  const reasons = details.flatMap((detail) => [detail['reason'], JSON.stringify(detail['violations'] ?? '')]);
  const metadata = fieldsOf(cause['metadata']);
  const words = [outer['code'], outer['type'], cause['code'], cause['type'], cause['status'], ...reasons];
  if (metadata?.['reasons'] !== undefined) words.push('moderation');
  return {
    status:
      statusOf(told['statusCode']) ??
      statusOf(cause['code']) ??
      statusOf(outer['code']) ??
      statusOf(outer['status']),
    words: words.map(textOf).join(' ').toLowerCase(),
    message: [
      outer['message'],
      cause['message'],
      cause['detail'],
      body['detail'],
      typeof body['error'] === 'string' ? body['error'] : '',
    ]
      .map((part) => (typeof part === 'object' && part !== null ? JSON.stringify(part) : textOf(part)))
      .join(' ')
      .slice(0, 4_000)
      .toLowerCase(),
    retryAfterSeconds: retryAfterOf(told, details),
    networkCode: networkCodeOf(chain),
  };
}
