/** What the host offers to an app; each method may throw, which becomes an entry in `errors[path]`. */
export type ZafSurface = {
  get(path: string): Promise<unknown>;
  set(path: string, value: unknown): Promise<unknown>;
  invoke(path: string, values: readonly unknown[]): Promise<unknown>;
  request(options: Readonly<Record<string, unknown>>): Promise<ZafAnswer>;
};

/** The outcome of a proxied request: `responseArgs` as the framework's done or fail callback gets them. */
export type ZafAnswer = { readonly done: boolean; readonly responseArgs: readonly unknown[] };

/** Everything one app instance needs. */
export type ZafHostOptions = {
  readonly container: HTMLElement;
  readonly title: string;
  readonly sidebarUrl: string;
  readonly token: string;
  readonly guid: string;
  readonly colorScheme: 'light' | 'dark';
  readonly context: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly surface: ZafSurface;
  readonly onRegistered: () => void;
  readonly hookTimeoutMilliseconds?: number;
};

/** One running app instance in its frame. */
export type ZafHost = {
  readonly iframe: HTMLIFrameElement;
  /** Sends an event to the app when it has subscribed to it. */
  emit(event: string, message?: unknown): void;
  /** Asks the app about an action; rejects with the app's reason, or when it stays silent too long. */
  askHook(event: string, message?: unknown): Promise<void>;
  /** Tells the app that it was shown or hidden. */
  setActive(active: boolean): void;
  dispose(): void;
};

type Frame = Readonly<Record<string, unknown>>;
type PendingHook = { readonly settle: (reason: string | null) => void };

const HOOK_TIMEOUT_MILLISECONDS = 5_000;
const GOODBYE_MILLISECONDS = 100;
const FRAME_SANDBOX =
  'allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-downloads';

/** Random identifier in the form of a version 4 UUID, also where the page is not a secure context. */
export function createGuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [0, 8, 12, 16, 20].map((start, index, starts) => hex.slice(start, starts[index + 1])).join('-');
}

/** Starts an app: builds its frame, posts the signed token into it and serves the framework's protocol. */
export function startZafHost(options: ZafHostOptions): ZafHost {
  const target = new URL(options.sidebarUrl, location.href);
  const iframe = createFrame(options);
  const subscriptions = new Map<string, number>();
  const hooks = new Map<string, PendingHook>();
  let registered = false;
  let disposed = false;

  const post = (frame: Frame): void => {
    if (disposed) return;
    const text = JSON.stringify({ ...frame, appGuid: options.guid, instanceGuid: options.guid });
    iframe.contentWindow?.postMessage(text, target.origin);
  };
  const register = (): void => {
    subscriptions.clear();
    registered = true;
    const message = { context: options.context, metadata: options.metadata };
    post({ key: 'zaf.app.registered', message });
    post({ key: 'zaf.app.activated', message: { firstLoad: true } });
    options.onRegistered();
  };
  const onKey = (key: string, frame: Frame): void => {
    const subscription = /^iframe\.(on|off):(.+)$/.exec(key);
    if (key === 'iframe.handshake') register();
    else if (subscription !== null)
      follow(subscriptions, subscription[1] === 'on', subscription[2] ?? '', frame);
    else if (key.startsWith('iframe.reply:')) {
      hooks.get(key.slice('iframe.reply:'.length))?.settle(reasonOf(frame['error']));
    } else if (key.startsWith('request:')) {
      void proxy(key, frame['message'], options.surface).then(post);
    }
  };
  const onMessage = (event: MessageEvent): void => {
    if (disposed || event.source !== iframe.contentWindow || event.origin !== target.origin) return;
    const frame = parseFrame(event.data);
    if (frame === null || frame['appGuid'] !== options.guid) return;
    if (typeof frame['key'] === 'string') onKey(frame['key'], frame);
    else if (typeof frame['request'] === 'string') void answer(frame, options.surface).then(post);
  };

  addEventListener('message', onMessage);
  options.container.append(iframe);
  postToken(target, options, iframe.name);
  return {
    iframe,
    emit: (event, message) => {
      if (registered && (subscriptions.get(event) ?? 0) > 0) post({ key: `zaf.${event}`, message });
    },
    askHook: (event, message) => {
      if (!registered || disposed || (subscriptions.get(event) ?? 0) === 0) return Promise.resolve();
      const limit = options.hookTimeoutMilliseconds ?? HOOK_TIMEOUT_MILLISECONDS;
      const reply = waitForReply(hooks, event, limit);
      post({ key: `zaf.${event}`, message, needsReply: true });
      return reply;
    },
    setActive: (active) => {
      if (registered) post({ key: active ? 'zaf.app.activated' : 'zaf.app.deactivated', message: {} });
    },
    dispose: () => {
      if (disposed) return;
      if (registered) post({ key: 'zaf.app.deactivated', message: {} });
      if (registered) post({ key: 'zaf.app.willDestroy', message: {} });
      disposed = true;
      removeEventListener('message', onMessage);
      for (const hook of hooks.values()) hook.settle(null);
      iframe.hidden = true;
      // Removed a moment later: a frame taken away at once never receives its last two messages.
      setTimeout(() => iframe.remove(), GOODBYE_MILLISECONDS);
    },
  };
}

function createFrame(options: ZafHostOptions): HTMLIFrameElement {
  const iframe = document.createElement('iframe');
  iframe.name = `app-${options.guid}`;
  iframe.title = options.title;
  iframe.className = 'app-frame';
  iframe.setAttribute('sandbox', FRAME_SANDBOX);
  iframe.setAttribute('allow', 'clipboard-write');
  return iframe;
}

function postToken(target: URL, options: ZafHostOptions, frameName: string): void {
  const address = new URL(target);
  address.searchParams.set('origin', location.origin);
  address.searchParams.set('app_guid', options.guid);
  if (options.colorScheme === 'dark') address.searchParams.set('colorScheme', 'dark');
  const form = document.createElement('form');
  form.method = 'post';
  form.action = address.href;
  form.target = frameName;
  form.hidden = true;
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = 'token';
  field.value = options.token;
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}

function parseFrame(data: unknown): Frame | null {
  if (typeof data !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(data);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function follow(subscriptions: Map<string, number>, adding: boolean, event: string, frame: Frame): void {
  const message = frame['message'];
  const told = isRecord(message) ? message['subscriberCount'] : undefined;
  const count = typeof told === 'number' ? told : adding ? 1 : 0;
  if (count > 0) subscriptions.set(event, count);
  else subscriptions.delete(event);
}

async function answer(frame: Frame, surface: ZafSurface): Promise<Frame> {
  const { id, request, params } = frame;
  const errors: Record<string, unknown> = {};
  const result: Record<string, unknown> = { errors };
  const attempt = async (path: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      result[path] = (await work()) ?? null;
    } catch (error) {
      errors[path] = describeError(error, path);
    }
  };
  if (request === 'get') {
    const paths: readonly unknown[] = Array.isArray(params) ? params : [params];
    for (const path of paths.filter((one) => typeof one === 'string'))
      await attempt(path, () => surface.get(path));
    return { id, result };
  }
  if ((request === 'set' || request === 'invoke') && isRecord(params)) {
    for (const [path, value] of Object.entries(params)) {
      if (request === 'set') await attempt(path, () => surface.set(path, value));
      else await attempt(path, () => surface.invoke(path, Array.isArray(value) ? value : [value]));
    }
    return { id, result };
  }
  return {
    id,
    error: describeError(new Error(`The request "${String(request)}" is malformed or unknown`), ''),
  };
}

async function proxy(key: string, message: unknown, surface: ZafSurface): Promise<Frame> {
  const outcome = await surface.request(isRecord(message) ? message : {}).catch((error: unknown) => ({
    done: false,
    responseArgs: [
      { status: 0, statusText: 'error', responseText: describeError(error, key).message },
      'error',
      '',
    ],
  }));
  return {
    key: `zaf.${key}.${outcome.done ? 'done' : 'fail'}`,
    message: { responseArgs: outcome.responseArgs },
  };
}

function waitForReply(hooks: Map<string, PendingHook>, event: string, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (reason: string | null): void => {
      clearTimeout(timer);
      hooks.delete(event);
      if (reason === null) resolve();
      else reject(new Error(reason));
    };
    const timer = setTimeout(() => settle(`no answer within ${Math.round(limit / 1000)} s`), limit);
    hooks.set(event, { settle });
  });
}

function reasonOf(error: unknown): string | null {
  if (error === undefined || error === null) return null;
  if (typeof error === 'string') return error;
  if (!isRecord(error)) return 'no reason given';
  const text = error['msg'] ?? error['message'];
  return typeof text === 'string' && text !== '' ? text : 'no reason given';
}

function describeError(
  error: unknown,
  path: string,
): { name: string; message: string; path: string; stack: string } {
  const known = error instanceof Error ? error : new Error(String(error));
  return { name: known.name, message: known.message, path, stack: '' };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
