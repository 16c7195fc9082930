import { parseJson, type Json } from './json.ts';

/** A request as it came in, the sandbox's own paths apart. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The API key, whichever header carried it. */
  readonly key: string;
  /** The body's text as sent. */
  readonly text: string;
  /** The parsed body; undefined when it is no JSON. Parsed when read. */
  readonly body: Json | undefined;
}

const keptRequests = 1_000;

/** Keeps the newest 1,000 requests in memory. */
export function createRecorder(): {
  readonly requests: RecordedRequest[];
  add(request: Omit<RecordedRequest, 'text' | 'body'>, raw: Buffer): void;
} {
  const requests: RecordedRequest[] = [];
  return {
    requests,
    add: (request, raw) => {
      // Dropping a block at a time keeps the cost of a full recorder off the single request.
      if (requests.length >= keptRequests * 2) requests.splice(0, keptRequests);
      requests.push({
        ...request,
        get text() {
          return raw.toString('utf8');
        },
        get body() {
          return parseJson(raw.toString('utf8'));
        },
      });
    },
  };
}
