import type { StreamEvent } from '../../src/contract/stream-events.ts';

/** What became of one call of a feature. */
export interface FeatureAnswer {
  readonly status: number;
  readonly events: readonly StreamEvent[];
  /** Milliseconds from the request to the first text or partial output. */
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
  /** Body of an answer that was no stream. */
  readonly body: unknown;
}

/** Calls a feature as the sidebar does and takes its stream apart; a body when it is none. */
export async function runFeature(
  serverUrl: string,
  feature: string,
  body: object,
  request: { readonly token: string; readonly signal?: AbortSignal; readonly json?: boolean },
): Promise<FeatureAnswer> {
  const startedAt = performance.now();
  const response = await fetch(`${serverUrl}/v1/copilot/${feature}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${request.token}`,
      'content-type': 'application/json',
      accept: request.json === true ? 'application/json' : 'text/event-stream',
    },
    body: JSON.stringify(body),
    ...(request.signal !== undefined && { signal: request.signal }),
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    return {
      status: response.status,
      events: [],
      firstTokenMs: undefined,
      totalMs: performance.now() - startedAt,
      body: await response.json(),
    };
  }
  const events: StreamEvent[] = [];
  let firstTokenMs: number | undefined;
  let pending = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    pending += decoder.decode(chunk, { stream: true });
    const frames = pending.split('\n\n');
    pending = frames.pop() ?? '';
    for (const frame of frames) {
      const event = JSON.parse(frame.replace(/^data: /, '')) as StreamEvent;
      if (event.type === 'text-delta' || event.type === 'partial')
        firstTokenMs ??= performance.now() - startedAt;
      events.push(event);
    }
  }
  return {
    status: response.status,
    events,
    firstTokenMs,
    totalMs: performance.now() - startedAt,
    body: undefined,
  };
}

/** The checked output of a stream, or undefined. */
export const outputOf = <T>(answer: FeatureAnswer): T | undefined => {
  const event = answer.events.find((one) => one.type === 'output');
  return event?.type === 'output' ? (event.value as T) : undefined;
};

/** The slug of the problem a run ended with, or undefined. */
export function problemOf(answer: FeatureAnswer): string | undefined {
  const event = answer.events.find((one) => one.type === 'problem');
  const problem = event?.type === 'problem' ? event.problem : (answer.body as { type?: string } | undefined);
  return problem?.type?.replace('/problems/', '');
}
