import { describe, expect, test } from 'vitest';
import {
  idleRun,
  reduceFeatureRun,
  type FeatureRun,
  type FeatureRunAction,
  type RunEvent,
} from './feature-run.ts';

type Action = FeatureRunAction<string>;
const event = (value: RunEvent): Action => ({ type: 'event', event: value });
const started = event({ type: 'started', requestId: 'r1', feature: 'suggest-reply', model: 'm', demo: true });
const after = (...actions: Action[]) =>
  actions.reduce<FeatureRun<string>>((run, action) => reduceFeatureRun<string>(run, action), idleRun);
const problem = { type: '/problems/provider-overloaded', title: 't', status: 503, wayOut: 'w' };

describe('reduceFeatureRun', () => {
  test('collects the model, the stage, sources, citations and text of a stream', () => {
    const run = after(
      { type: 'start' },
      started,
      event({ type: 'progress', stage: 'summarising-parts', done: 1, total: 3 }),
      event({ type: 'text-delta', text: 'Hel' }),
      event({ type: 'text-delta', text: 'lo [1]' }),
      event({ type: 'citation', citation: { source: 1, quote: 'q' } }),
    );
    expect(run).toMatchObject({
      status: 'running',
      model: 'm',
      demo: true,
      text: 'Hello [1]',
      requestId: 'r1',
    });
    expect(run.parts).toEqual({ done: 1, total: 3 });
    expect(run.citations).toHaveLength(1);
  });

  test('is done only when a checked output came before', () => {
    const done = event({ type: 'done' });
    expect(after({ type: 'start' }, { type: 'output', output: 'x', degraded: null }, done).status).toBe(
      'done',
    );
    expect(after({ type: 'start' }, done)).toMatchObject({
      status: 'failed',
      failure: { kind: 'interrupted' },
    });
  });

  test('keeps the partial text when the stream breaks or a problem ends it', () => {
    const begun: Action[] = [{ type: 'start' }, started, event({ type: 'text-delta', text: 'half' })];
    expect(after(...begun, { type: 'fail', failure: { kind: 'interrupted' } })).toMatchObject({
      status: 'failed',
      text: 'half',
    });
    expect(after(...begun, event({ type: 'problem', problem })).failure).toEqual({
      kind: 'problem',
      problem,
    });
    expect(after(...begun, { type: 'stop' })).toMatchObject({
      status: 'stopped',
      text: 'half',
      failure: null,
    });
  });

  test('changes nothing after the end of a run', () => {
    const ended = after({ type: 'start' }, { type: 'stop' });
    expect(reduceFeatureRun<string>(ended, event({ type: 'text-delta', text: 'late' }))).toBe(ended);
  });

  test('starts anew without anything of the run before', () => {
    const again = after({ type: 'start' }, started, event({ type: 'text-delta', text: 'old' }), {
      type: 'start',
    });
    expect(again).toEqual({ ...idleRun, status: 'running' });
  });
});
