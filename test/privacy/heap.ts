import { setTimeout as sleep } from 'node:timers/promises';
import { textPlace, type Place } from './places.ts';

/** Flags of a server whose heap is to be searched: a debugger may attach when asked to, and long strings are shown whole. */
export const heapFlags: readonly string[] = [
  '--inspect-port=127.0.0.1:0',
  '--heap-snapshot-string-limit=1000000000',
];

/** A running server whose memory can be looked at. */
export interface Inspected {
  readonly serverPid: number;
  output(): string;
}

export interface HeapSearch {
  /** Keeps a text in a variable of the server, for a leak on purpose. */
  keep(text: string): Promise<void>;
  /** All that is reachable after full collections, of each thread; and the buffers of the main thread, which no snapshot shows. */
  snapshots(): Promise<Place[]>;
  close(): void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const waitMs = 10_000;

/** Attaches to a running server as a debugger does. */
export async function attachToHeap(server: Inspected): Promise<HeapSearch> {
  process.kill(server.serverPid, 'SIGUSR1');
  const socket = new WebSocket(await debuggerAddress(server));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  const main = new Thread('main thread', (text) => socket.send(text));
  const workers = new Map<string, Thread>();
  socket.addEventListener('message', ({ data }) => main.receive(String(data)));
  main.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }) => {
    const { workerId } = workerInfo as { workerId: string };
    const thread = new Thread(
      `worker ${workerId}`,
      (message) => void main.ask('NodeWorker.sendMessageToWorker', { sessionId, message }),
    );
    workers.set(String(sessionId), thread);
  });
  main.on('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }) =>
    workers.get(String(sessionId))?.receive(String(message)),
  );
  await main.ask('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return {
    keep: async (text) => {
      const bytes = JSON.stringify([...Buffer.from(text)]);
      await main.ask('Runtime.evaluate', {
        expression: `globalThis.planted = String.fromCharCode(...${bytes}); undefined`,
      });
    },
    snapshots: async () => {
      const places: Place[] = [];
      for (const thread of [main, ...workers.values()]) places.push(await thread.snapshot());
      return [...places, await main.buffers()];
    },
    close: () => socket.close(),
  };
}

async function debuggerAddress({ output }: Inspected): Promise<string> {
  for (const until = performance.now() + waitMs; performance.now() < until;) {
    const address = /Debugger listening on (ws:\S+)/.exec(output())?.[1];
    if (address !== undefined) return address;
    await sleep(20);
  }
  throw new Error('the server lets no debugger attach');
}

/** The debugger's side of one thread. */
class Thread {
  readonly #name: string;
  readonly #send: (text: string) => void;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #listeners = new Map<string, (params: Record<string, unknown>) => void>();
  #lastId = 0;

  constructor(name: string, send: (text: string) => void) {
    this.#name = name;
    this.#send = send;
  }

  on(method: string, listener: (params: Record<string, unknown>) => void): void {
    this.#listeners.set(method, listener);
  }

  ask(method: string, params: object = {}): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send(JSON.stringify({ id, method, params }));
    });
  }

  receive(text: string): void {
    const { id, method, params = {}, result, error } = JSON.parse(text) as Message;
    if (method !== undefined) this.#listeners.get(method)?.(params);
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(`${method ?? 'the debugger'}: ${error.message}`));
  }

  async snapshot(): Promise<Place> {
    // V8 keeps the text of the last match for RegExp.$1 and its like; the next match takes its place.
    await this.ask('Runtime.evaluate', { expression: '/-/.exec("-"); undefined' });
    for (const _time of [1, 2]) await this.ask('HeapProfiler.collectGarbage');
    const chunks: string[] = [];
    this.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => void chunks.push(String(chunk)));
    await this.ask('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    return textPlace(`heap: ${this.#name}`, chunks.join(''));
  }

  async buffers(): Promise<Place> {
    type Handle = { readonly objectId: string };
    const evaluated = (await this.ask('Runtime.evaluate', { expression: 'ArrayBuffer.prototype' })) as {
      readonly result: Handle;
    };
    const { objects } = (await this.ask('Runtime.queryObjects', {
      prototypeObjectId: evaluated.result.objectId,
    })) as { readonly objects: Handle };
    const call = async <T>(functionDeclaration: string): Promise<T> => {
      const answer = (await this.ask('Runtime.callFunctionOn', {
        objectId: objects.objectId,
        functionDeclaration,
        returnByValue: true,
      })) as { readonly result: { readonly value: T } };
      return answer.result.value;
    };
    const bytes: Buffer[] = [];
    const count = await call<number>('function () { return this.length; }');
    for (let index = 0; index < count; index += 1)
      bytes.push(
        Buffer.from(
          await call<string>(`function () { return Buffer.from(this[${index}]).toString('base64'); }`),
          'base64',
        ),
      );
    await this.ask('Runtime.releaseObject', { objectId: objects.objectId });
    return { name: `buffers: ${this.#name}`, bytes: Buffer.concat(bytes) };
  }
}
