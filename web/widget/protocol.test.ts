import { describe, expect, it } from 'vitest';
import { lineToFrame, lineToPage, type FromFrame, type FromPage } from './protocol.ts';

const shop = 'https://shop.example';
const host = 'https://chat.example';

/** A window that hears what a test says it was told. */
function windowThat(sent: { data: unknown; to: string }[] = []) {
  const listeners = new Set<(event: MessageEvent) => void>();
  const told = {
    addEventListener: (_: string, listener: (event: MessageEvent) => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: (event: MessageEvent) => void) => listeners.delete(listener),
    postMessage: (data: unknown, to: string) => void sent.push({ data, to }),
  } as unknown as Window;
  const tell = (event: { source: unknown; origin: string; data: unknown }): void => {
    for (const listener of listeners) listener(event as MessageEvent);
  };
  return { told, tell, sent };
}

const wrapped = (message: unknown) => ({ for: 'indesk-widget', message });

describe('S94: the line between page and frame', () => {
  const frameEnd = () => {
    const [page, frame] = [windowThat(), windowThat()];
    const heard: FromPage[] = [];
    const line = lineToPage({ here: frame.told, there: () => page.told, origin: shop }, (message) =>
      heard.push(message),
    );
    return { page, frame, heard, line };
  };
  const session: FromPage = { type: 'session', session: 's', history: null };

  it('S94: hears the other window, of its origin, and nothing else', () => {
    const { page, frame, heard } = frameEnd();
    frame.tell({ source: page.told, origin: shop, data: wrapped(session) });
    expect(heard).toEqual([session]);
    for (const [source, origin] of [
      [windowThat().told, shop],
      [page.told, 'https://evil.example'],
      [page.told, 'https://shop.example.evil.example'],
      [page.told, 'http://shop.example'],
      [page.told, 'https://shop.example:8443'],
      [page.told, 'null'],
      [null, shop],
      [undefined, shop],
      [frame.told, shop],
    ] as const)
      frame.tell({ source, origin, data: wrapped(session) });
    expect(heard).toHaveLength(1);
  });

  it('S94: ignores what is no message of the other end', () => {
    const { page, frame, heard } = frameEnd();
    for (const data of [
      null,
      'text',
      7,
      session,
      { for: 'someone', message: session },
      wrapped(null),
      wrapped([]),
      wrapped({ type: 'nothing' }),
      wrapped({ type: 'toString' }),
      wrapped({ type: '__proto__' }),
      wrapped({ type: 'session' }),
      wrapped({ type: 'session', session: 7, history: null }),
      wrapped({ type: 'session', session: 's', history: {} }),
      wrapped({ type: 'look', look: 'x', locale: 'en', language: 'en', state: null }),
      wrapped({ type: 'close' } satisfies FromFrame),
    ])
      frame.tell({ source: page.told, origin: shop, data });
    expect(heard).toEqual([]);
  });

  it('S94: speaks to the exact origin only, and not at all before there is a frame', () => {
    const { page, line } = frameEnd();
    line.send({ type: 'close' });
    expect(page.sent).toEqual([{ data: wrapped({ type: 'close' }), to: shop }]);
    let frame: Window | null = null;
    const sent: { data: unknown; to: string }[] = [];
    const down = lineToFrame({ here: windowThat().told, there: () => frame, origin: host }, () => {});
    down.send({ type: 'shown' });
    frame = windowThat(sent).told;
    down.send({ type: 'shown' });
    expect(sent).toEqual([{ data: wrapped({ type: 'shown' }), to: host }]);
  });

  it('S94: hears nobody while there is no frame', () => {
    const here = windowThat();
    const heard: FromFrame[] = [];
    lineToFrame({ here: here.told, there: () => null, origin: host }, (message) => heard.push(message));
    here.tell({ source: null, origin: host, data: wrapped({ type: 'close' }) });
    expect(heard).toEqual([]);
  });
});
