/** What Zendesk tells about where the app runs. */
export interface ZafContext {
  readonly product?: string;
  readonly location?: string;
  readonly ticketId?: number;
  readonly account?: { readonly subdomain?: string };
}

export type ZafHandler = (message: unknown) => unknown;

/** The host page seen through the Zendesk Apps Framework v2 frames. */
export interface ZafClient {
  readonly context: ZafContext;
  /** Values by path; a path the host refuses is left out. */
  get(paths: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  set(values: Readonly<Record<string, unknown>>): Promise<void>;
  invoke(name: string, ...parameters: readonly unknown[]): Promise<unknown>;
  /** A handler's false, string, Error or rejection blocks an event the host waits on; the result unsubscribes. */
  on(event: string, handler: ZafHandler): () => void;
}

/** The parts of a browser window the client needs. */
export interface ZafWindow {
  readonly parent: { postMessage(data: string, targetOrigin: string): void };
  addEventListener(type: 'message', listener: (event: ZafMessage) => void): void;
}
export interface ZafMessage {
  readonly origin: string;
  readonly source: unknown;
  readonly data: unknown;
}

/** Thrown when the host refuses a request, leaves it unanswered, or never says hello. */
export class ZafError extends Error {
  override readonly name = 'ZafError';
}

const answerLimit = 30_000;
const handshakeLimit = 10_000;

export interface ZafParameters {
  readonly origin: string;
  readonly appGuid: string;
  readonly colorScheme: string | null;
}

/** Reads the address Zendesk opens the frame with (query or hash); null outside Zendesk or for an origin that cannot be it. */
export function zafParameters(location: {
  search: string;
  hash: string;
  hostname: string;
}): ZafParameters | null {
  const query = new URLSearchParams(location.search);
  const hash = new URLSearchParams(location.hash.replace(/^#/, ''));
  const read = (name: string) => query.get(name) ?? hash.get(name);
  const origin = read('origin');
  const appGuid = read('app_guid');
  if (origin === null || appGuid === null || !mayHost(origin, location.hostname)) return null;
  return { origin, appGuid, colorScheme: read('colorScheme') };
}

function mayHost(origin: string, ownHostname: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.origin !== origin) return false;
  const local = ['localhost', '127.0.0.1', ownHostname].includes(url.hostname);
  return local || (url.protocol === 'https:' && url.hostname.endsWith('.zendesk.com'));
}

interface Waiting {
  readonly resolve: (result: Readonly<Record<string, unknown>>) => void;
  readonly reject: (error: ZafError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Shakes hands with the host; rejects with ZafError when it does not answer within ten seconds. */
export function connectToZendesk(window: ZafWindow, parameters: ZafParameters): Promise<ZafClient> {
  const { origin, appGuid } = parameters;
  const handlers = new Map<string, Set<ZafHandler>>();
  const waiting = new Map<number, Waiting>();
  let instanceGuid = appGuid;
  let lastId = 0;

  const post = (frame: Readonly<Record<string, unknown>>) =>
    window.parent.postMessage(JSON.stringify({ ...frame, appGuid, instanceGuid }), origin);

  const request = (kind: string, params: unknown) =>
    new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
      lastId += 1;
      const id = lastId;
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new ZafError(`${kind} was not answered`));
      }, answerLimit);
      waiting.set(id, { resolve, reject, timer });
      post({ id, request: kind, params });
    });

  const client = (context: ZafContext): ZafClient => ({
    context,
    get: (paths) => request('get', paths),
    set: async (values) => refuseErrors(await request('set', values)),
    invoke: async (name, ...rest) => {
      const result = await request('invoke', { [name]: rest });
      refuseErrors(result);
      return result[name];
    },
    on(event, handler) {
      const subscribed = handlers.get(event) ?? new Set();
      handlers.set(event, subscribed.add(handler));
      post({ key: `iframe.on:${event}`, message: { subscriberCount: subscribed.size } });
      return () => {
        if (!subscribed.delete(handler)) return;
        post({ key: `iframe.off:${event}`, message: { subscriberCount: subscribed.size } });
      };
    },
  });

  const answer = (id: unknown, frame: Readonly<Record<string, unknown>>) => {
    const entry = typeof id === 'number' ? waiting.get(id) : undefined;
    if (typeof id !== 'number' || entry === undefined) return;
    waiting.delete(id);
    clearTimeout(entry.timer);
    if (isRecord(frame['error'])) entry.reject(new ZafError(refusalOf(frame['error'])));
    else entry.resolve(isRecord(frame['result']) ? frame['result'] : {});
  };

  const dispatch = async (event: string, frame: Readonly<Record<string, unknown>>) => {
    const results = [...(handlers.get(event) ?? [])].map(async (handler) => handler(frame['message']));
    if (frame['needsReply'] !== true) return void Promise.allSettled(results);
    const message = (await Promise.allSettled(results)).map(objection).find((text) => text !== null);
    post({ key: `iframe.reply:${event}`, ...(message !== undefined && { error: { msg: message } }) });
  };

  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new ZafError('Zendesk did not answer the handshake')),
      handshakeLimit,
    );
    window.addEventListener('message', (event) => {
      if (event.origin !== origin || event.source !== window.parent) return;
      const frame = parseFrame(event.data);
      if (frame === null) return;
      const { id, key } = frame;
      if (id !== undefined) return answer(id, frame);
      if (typeof key !== 'string') return;
      if (key === 'zaf.app.registered') {
        clearTimeout(timer);
        const context = readContext(frame['message']);
        instanceGuid = context.instanceGuid ?? appGuid;
        resolve(client(context));
      } else if (key.startsWith('zaf.')) {
        void dispatch(key.slice('zaf.'.length), frame);
      }
    });
    post({ key: 'iframe.handshake', message: { version: '2.0.0' } });
  });
}

/** Whether a settled hook objects to what the host is about to do, and in which words. */
function objection(result: PromiseSettledResult<unknown>): string | null {
  const value: unknown = result.status === 'rejected' ? result.reason : result.value;
  if (value instanceof Error) return value.message;
  if (typeof value === 'string') return value;
  return value === false || result.status === 'rejected' ? '' : null;
}

function refuseErrors(result: Readonly<Record<string, unknown>>): void {
  const errors = result['errors'];
  const first = isRecord(errors) ? Object.values(errors)[0] : undefined;
  if (first === undefined) return;
  throw new ZafError(refusalOf(first));
}

/** The host's words for an error; what is no text is not made into one, because that can throw. */
function refusalOf(error: unknown): string {
  const words = isRecord(error) ? error['message'] : error;
  return typeof words === 'string' ? words : 'refused';
}

function readContext(message: unknown): ZafContext & { readonly instanceGuid?: string } {
  const context = isRecord(message) && isRecord(message['context']) ? message['context'] : {};
  const account = isRecord(context['account']) ? context['account'] : {};
  const ticketId = readTicketId(context['ticketId']);
  return {
    ...(typeof context['instanceGuid'] === 'string' && { instanceGuid: context['instanceGuid'] }),
    ...(typeof context['product'] === 'string' && { product: context['product'] }),
    ...(typeof context['location'] === 'string' && { location: context['location'] }),
    ...(ticketId !== undefined && { ticketId }),
    ...(typeof account['subdomain'] === 'string' && { account: { subdomain: account['subdomain'] } }),
  };
}

/** A ticket's number, also where it comes as text; a new ticket has none. */
function readTicketId(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined;
}

function parseFrame(data: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return isRecord(frame) ? frame : null;
  } catch {
    return null;
  }
}

/** Whether a value is an object with string keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
