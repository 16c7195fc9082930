import type { WidgetLook } from '../../src/contract/chat.ts';

/** What loader and frame say to each other. Neither is heard unless it is the window and the origin that is expected. */
export type FromFrame =
  /** It listens. `keeps`: its browser lets it keep a conversation. */
  | { readonly type: 'ready'; readonly keeps: boolean }
  | { readonly type: 'close' }
  /** Its session is over, or nearly. */
  | { readonly type: 'prolong'; readonly session: string }
  /** It wants a new conversation. */
  | { readonly type: 'begin' }
  /** To be kept by the page, where the frame may keep nothing; null: forgotten. */
  | { readonly type: 'keep'; readonly state: string | null }
  /** Whether there is a conversation to come back to. */
  | { readonly type: 'talking'; readonly talking: boolean };

export type FromPage =
  | {
      readonly type: 'look';
      readonly look: WidgetLook;
      /** BCP 47, of the page. */
      readonly locale: string;
      /** Of the widget's own words. */
      readonly language: string;
      /** What the page kept for the frame. */
      readonly state: string | null;
    }
  | {
      readonly type: 'session';
      readonly session: string;
      /** Of a new conversation; null when the one of the frame goes on. */
      readonly history: string | null;
    }
  /** There is no session. */
  | { readonly type: 'refused'; readonly problem: string; readonly retryAfterSeconds: number | null }
  /** It is seen again. */
  | { readonly type: 'shown' }
  /** The visitor is somebody else from now on. */
  | { readonly type: 'forget' };

type Message = FromFrame | FromPage;

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isFlag = (value: unknown): boolean => typeof value === 'boolean';

type Fields<M extends Message> = {
  readonly [K in M['type']]: Readonly<
    Record<Exclude<keyof Extract<M, { type: K }>, 'type'>, (value: unknown) => boolean>
  >;
};

const fromFrame: Fields<FromFrame> = {
  ready: { keeps: isFlag },
  close: {},
  prolong: { session: isText },
  begin: {},
  keep: { state: isTextOrNull },
  talking: { talking: isFlag },
};

const fromPage: Fields<FromPage> = {
  look: { look: isObject, locale: isText, language: isText, state: isTextOrNull },
  session: { session: isText, history: isTextOrNull },
  refused: { problem: isText, retryAfterSeconds: (value) => value === null || typeof value === 'number' },
  shown: {},
  forget: {},
};

/** Marks our messages among the others of a page. */
const mark = 'indesk-widget';

function read<M extends Message>(fields: Fields<M>, data: unknown): M | null {
  if (!isObject(data) || data['for'] !== mark || !isObject(data['message'])) return null;
  const { message } = data;
  const { type } = message;
  if (typeof type !== 'string' || !Object.hasOwn(fields, type)) return null;
  const wanted = Object.entries<(value: unknown) => boolean>(fields[type as M['type']]);
  return wanted.every(([name, fits]) => fits(message[name])) ? (message as unknown as M) : null;
}

/** One end of the talk between a page and a frame. */
export interface Line<Sent extends Message> {
  send(message: Sent): void;
  close(): void;
}

interface Ends {
  /** The window that listens. */
  readonly here: Window;
  /** The window at the other end; undefined: not there yet. */
  readonly there: () => Window | null | undefined;
  /** The other end's origin, exactly. */
  readonly origin: string;
}

function openLine<Sent extends Message, Heard extends Message>(
  { here, there, origin }: Ends,
  fields: Fields<Heard>,
  hear: (message: Heard) => void,
): Line<Sent> {
  const listen = (event: MessageEvent): void => {
    const other = there();
    // Both: a window can be navigated elsewhere, and an origin has many windows.
    if (other === null || other === undefined || event.source !== other || event.origin !== origin) return;
    const message = read(fields, event.data);
    if (message !== null) hear(message);
  };
  here.addEventListener('message', listen);
  return {
    send: (message) => there()?.postMessage({ for: mark, message }, origin),
    close: () => here.removeEventListener('message', listen),
  };
}

/** The loader's end. */
export const lineToFrame = (ends: Ends, hear: (message: FromFrame) => void): Line<FromPage> =>
  openLine(ends, fromFrame, hear);

/** The frame's end. */
export const lineToPage = (ends: Ends, hear: (message: FromPage) => void): Line<FromFrame> =>
  openLine(ends, fromPage, hear);
