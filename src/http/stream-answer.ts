import type { HttpContext } from './context.ts';
import { endingOf } from './open-streams.ts';
import type { EventStream, OpenStream } from './reply.ts';
import { answered, type Caller } from './route.ts';

type StreamingContext = Pick<HttpContext, 'ports' | 'streams'>;
type Answering = Pick<Caller<unknown, unknown>, 'request' | 'reply'>;

/** Aborts when the person has gone: the reply's socket closes before the answer has ended. */
export function abortOnDisconnect(
  { reply }: Pick<Answering, 'reply'>,
  context: Pick<HttpContext, 'streams'>,
): { readonly abort: AbortController; readonly release: () => void } {
  const abort = new AbortController();
  context.streams.add(abort);
  reply.raw.on('close', () => {
    if (!reply.raw.writableEnded) abort.abort();
  });
  return { abort, release: () => context.streams.delete(abort) };
}

/** Answers with a stream that its first event opens: what is refused before it is a status with its headers. */
export async function streamAnswer<E>(
  context: StreamingContext,
  caller: Answering,
  openStream: OpenStream<E>,
  run: (signal: AbortSignal, emit: (event: E) => void) => Promise<unknown>,
): Promise<typeof answered> {
  const { abort, release } = abortOnDisconnect(caller, context);
  const { request, reply } = caller;
  let stream: EventStream<E> | undefined;
  const open = (): EventStream<E> => {
    const headers = headersOf(reply.getHeaders());
    reply.hijack();
    context.ports.metrics.openStreams(1);
    return openStream(reply.raw, request.id, headers, () => abort.abort());
  };
  try {
    await run(abort.signal, (event) => (stream ??= open()).send(event));
    (stream ??= open()).end();
  } catch (error) {
    const ending = endingOf(abort.signal);
    if (stream === undefined) throw ending ?? error;
    if (abort.signal.aborted && ending === undefined) reply.raw.destroy();
    else stream.end(ending ?? error);
  } finally {
    if (stream !== undefined) context.ports.metrics.openStreams(-1);
    release();
  }
  return answered;
}

/** Headers set by hooks (security, request id) for a reply that is written by hand. */
function headersOf(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
