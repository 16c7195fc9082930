import { useEffect, useRef, useState } from 'react';
import type { z } from 'zod';
import type { Trial, tryAiAgent } from '../../../src/contract/playground.ts';
import { RequestFailedError, type Failure } from '../../shared/failure.ts';
import { useConsole } from './use-console.ts';
import { toFailure } from './use-load.ts';

interface Asked {
  readonly params: z.input<typeof tryAiAgent.params>;
  readonly body: z.input<typeof tryAiAgent.body>;
}

/** Tries an AI agent and shows its words while they arrive. */
export function useTrial() {
  const { api } = useConsole();
  const [running, setRunning] = useState(false);
  const [shown, setShown] = useState('');
  const [demo, setDemo] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const stop = () => abort.current?.abort();

  /** Null: it failed, or was stopped. */
  const ask = async (asked: Asked): Promise<Trial | null> => {
    const controller = new AbortController();
    abort.current = controller;
    setRunning(true);
    setShown('');
    setFailure(null);
    try {
      for await (const event of api.tryOut({ ...asked, signal: controller.signal })) {
        if (event.type === 'started') setDemo(event.demo);
        if (event.type === 'text-delta') setShown((before) => before + event.text);
        if (event.type === 'problem')
          throw new RequestFailedError({ kind: 'problem', problem: event.problem });
        if (event.type === 'trial') return event.trial;
      }
      return null;
    } catch (error) {
      if (!controller.signal.aborted) setFailure(toFailure(error));
      return null;
    } finally {
      setRunning(false);
    }
  };
  return { running, shown, demo, failure, ask, stop };
}
