import { isObject, listAt, parseJson, textAt } from './json.ts';
import { sendJson, type Exchange } from './send.ts';

interface Controls {
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  readonly violations: readonly unknown[];
  earlyCloses(): number;
  obeyed(): readonly string[];
  setForbidden(values: readonly string[]): void;
  setFault(settings: string): void;
  answerWith(...answers: readonly string[]): void;
  reset(): void;
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The switches of the simulator over HTTP, under `/_sandbox/`; bodies and answers are JSON. */
export function answerSandbox(
  exchange: Exchange,
  method: string,
  path: string,
  raw: Buffer,
  controls: Controls,
): void {
  const send = (status: number, value: unknown): void => sendJson(exchange, status, JSON.stringify(value));
  if (method === 'GET') {
    if (path === '/_sandbox/violations')
      return send(200, { count: controls.violations.length, violations: controls.violations });
    if (path === '/_sandbox/requests') {
      return send(200, {
        requests: controls.requests.map((request) => ({
          method: request.method,
          path: request.path,
          body: 'body' in request ? request.body : null,
        })),
      });
    }
    if (path === '/_sandbox/obeyed') return send(200, { cases: controls.obeyed() });
    if (path === '/_sandbox/state') {
      return send(200, {
        requests: controls.requests.length,
        violations: controls.violations.length,
        earlyCloses: controls.earlyCloses(),
      });
    }
    return send(404, { error: { message: 'No such switch' } });
  }
  const body = parseJson(raw.toString('utf8') || '{}');
  if (!isObject(body)) return send(400, { error: { message: 'The body must be a JSON object' } });
  switch (path) {
    case '/_sandbox/forbidden':
      controls.setForbidden(listAt(body, 'values').map(asText));
      break;
    case '/_sandbox/fault':
      controls.setFault(textAt(body, 'settings'));
      break;
    case '/_sandbox/answers':
      controls.answerWith(...listAt(body, 'answers').map(asText));
      break;
    case '/_sandbox/reset':
      controls.reset();
      break;
    default:
      return send(404, { error: { message: 'No such switch' } });
  }
  send(200, { done: true });
}
