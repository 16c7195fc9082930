import { problemOf, type FeatureAnswer, type House } from '../support/house.ts';
import type { FeatureName } from '../../src/contract/copilot.ts';
import { features } from '../../src/copilot/features/index.ts';
import type { Canaries } from './canaries.ts';

/** Puts a ticket into the simulated account in which every channel carries a canary of its own; returns its id. */
export async function markTicket(house: House, canaries: Canaries): Promise<number> {
  // So many calls in a minute must come through, or the later paths end at a limit of Zendesk.
  const limits = { requestsPerMinute: null, helpCenterPerMinute: null, searchExportPerMinute: null };
  await house.sandbox('zendesk', 'POST', 'settings', { limits });
  const value = (channel: string): string => canaries.plant(channel);
  const requester = {
    name: value('requester-name'),
    email: `${value('requester-email')}@example.com`,
    phone: `+1 202 555 0100 ${value('requester-phone')}`,
  };
  const add = async (ticket: object): Promise<number> =>
    ((await house.sandbox('zendesk', 'POST', 'tickets', ticket)) as { ticket: { id: number } }).ticket.id;
  await add({
    subject: 'Lamp flickers at night',
    status: 'solved',
    requester,
    comments: [
      { public: true, html: '<p>My lamp flickers at night.</p>' },
      {
        author: 9001,
        public: true,
        html: `<p>Reset the lamp by holding the button for ten seconds ${value('solved-ticket')}.</p>`,
      },
    ],
  });
  const ticketId = await add({
    subject: `Lamp flickers ${value('subject')}`,
    status: 'open',
    tags: [`t${value('tag').toLowerCase()}`],
    external_id: value('external-id'),
    satisfaction: { score: 'bad', comment: value('satisfaction') },
    requester,
    comments: [
      {
        public: true,
        html: `<p>Why does my lamp flicker at night ${value('comment')}?</p><span style="display:none">${value('hidden-text')}</span>`,
        attachments: [{ file_name: `${value('attachment-name')}.png`, content_type: 'image/png', size: 10 }],
      },
      { author: 9001, public: true, html: `<p>We look into it ${value('agent-comment')}.</p>` },
      { author: 9001, public: false, html: `<p>Note ${value('internal-note')}.</p>` },
      { public: true, html: '<p>How do I reset the lamp?</p>' },
    ],
  });
  return ticketId;
}

interface Path {
  readonly name: string;
  readonly provider?: string;
  /** Switched on at the provider simulator for every key. */
  readonly fault?: string;
  readonly zendesk?: object;
  readonly json?: boolean;
  readonly disconnectAfterMs?: number;
  /** Every feature must answer, or its other paths prove nothing. */
  readonly mustAnswer?: boolean;
  /** In how short a run this path still is. */
  readonly from: Extent;
}

/** How many paths: all, those that need no long waiting, or one of each kind. */
export const extents = ['compact', 'quick', 'full'] as const;
export type Extent = (typeof extents)[number];

/** The ways a call can go; a provider behaviour is part of the key. */
function pathsOf(key: string): readonly Path[] {
  const behaving = (behaviour: string): string => `sk-sim.${behaviour}.x=${key}`;
  const faulty = (from: Extent, ...faults: string[]): Path[] =>
    faults.map((fault) => ({ name: fault, provider: behaving('n=40'), fault, from }));
  const refusing = (from: Extent, ...statuses: number[]): Path[] =>
    statuses.map((status) => ({
      name: `Zendesk ${status}`,
      zendesk: { match: '/api/v2/', kind: 'status', status, times: 500 },
      from,
    }));
  return [
    { name: 'happy', mustAnswer: true, from: 'compact' },
    { name: 'happy, one body', json: true, from: 'compact' },
    { name: 'happy, behaviour key', provider: behaving('n=40'), from: 'quick' },
    { name: 'answers with what it was asked', provider: behaving('echo=1'), from: 'compact' },
    ...faulty('compact', 'status=400', 'cut=3', 'badjson=2'),
    ...faulty('quick', 'status=401', 'status=429.quota=1', 'status=429.ra=60', 'status=503', 'overflow=1'),
    ...faulty('quick', 'midError=3', 'malformed=1', 'finish=length', 'filter=1'),
    ...faulty('full', 'hang=1'),
    {
      name: 'disconnect while waiting',
      provider: behaving('ttft=3000'),
      disconnectAfterMs: 300,
      from: 'quick',
    },
    {
      name: 'disconnect while streaming',
      provider: behaving('n=400.itl=20'),
      disconnectAfterMs: 500,
      from: 'compact',
    },
    ...refusing('compact', 422),
    ...refusing('quick', 401, 403, 404),
    ...refusing('full', 500, 503),
    {
      name: 'Zendesk malformed',
      zendesk: { match: '/api/v2/tickets', kind: 'malformed', times: 500 },
      from: 'compact',
    },
    { name: 'Zendesk cut', zendesk: { match: '/api/v2/tickets', kind: 'cut', times: 500 }, from: 'quick' },
    {
      name: 'disconnect while Zendesk is slow',
      zendesk: { match: '/api/v2/', kind: 'delay', delayMs: 2_000, times: 500 },
      disconnectAfterMs: 200,
      from: 'compact',
    },
  ];
}

/** Every feature there is. */
export const featureNames: readonly string[] = features.map(({ name }) => name);

export interface ExerciseOptions {
  readonly ticketId: number;
  readonly extent: Extent;
  readonly onPath: (name: string) => void;
}

/** Drives every feature down every path; returns how many runs there were. */
export async function exercise(house: House, canaries: Canaries, options: ExerciseOptions): Promise<number> {
  const { ticketId, extent, onPath } = options;
  const bodies = bodiesOf(ticketId, canaries);
  const chosen = pathsOf(canaries.plant('provider-key')).filter(
    ({ from }) => extents.indexOf(from) <= extents.indexOf(extent),
  );
  const demo = (): Promise<void> =>
    house.useProvider('openai-compatible', 'sk-demo', { model: 'indesk-demo', demo: true });
  await demo();
  let runs = 0;
  for (const path of chosen) {
    onPath(path.name);
    const { provider, fault, zendesk, disconnectAfterMs, json = false } = path;
    if (provider !== undefined) await house.useProvider('openai-compatible', provider);
    if (fault !== undefined) await house.sandbox('providers', 'POST', 'fault', { settings: fault });
    if (zendesk !== undefined) await house.sandbox('zendesk', 'POST', 'faults', zendesk);
    const token = await signIn(house, canaries, ticketId);
    await Promise.all(
      [...bodies].map(async ([feature, body]) => {
        const signal = disconnectAfterMs === undefined ? undefined : AbortSignal.timeout(disconnectAfterMs);
        runs += 1;
        // A disconnect ends in an error here, as it should.
        const answer = await house
          .run(feature, body, { token, json, ...(signal !== undefined && { signal }) })
          .catch(() => undefined);
        if (path.mustAnswer === true && !hasAnswered(answer))
          throw new Error(
            `${feature} gave no answer where nothing was wrong, so nothing is proved: ${answer && problemOf(answer)}`,
          );
      }),
    );
    if (zendesk !== undefined) await house.sandbox('zendesk', 'DELETE', 'faults');
    if (fault !== undefined) await house.sandbox('providers', 'POST', 'fault', { settings: '' });
    if (provider !== undefined) await demo();
  }
  return runs + (await wrongRequests(house, canaries, options));
}

/** A stream to its end, or one body. */
const hasAnswered = (answer: FeatureAnswer | undefined): boolean =>
  answer !== undefined &&
  (answer.events.length === 0 ? answer.status === 200 : answer.events.at(-1)?.type === 'done');

/** Other ways to a feature's work: everything at once when a ticket opens, and what a model would be sent. */
const waysBeside: Partial<Record<FeatureName, readonly string[]>> = {
  'ticket-insight': ['open'],
  'suggest-reply': ['suggest-reply/prompt'],
  'rewrite-text': ['rewrite-text/prompt'],
};

/** What each feature is asked; one that reads the ticket alone needs no entry. */
function bodiesOf(ticketId: number, canaries: Canaries): ReadonlyMap<string, object> {
  const asked: Partial<Record<FeatureName, object>> = {
    'suggest-reply': { instruction: `Tell them ${canaries.plant('instruction')}` },
    'rewrite-text': {
      mode: 'custom',
      text: `my draft ${canaries.plant('draft')}`,
      instruction: `make it nice ${canaries.plant('rewrite-instruction')}`,
    },
    'review-quality': { draft: `We are sorry ${canaries.plant('reviewed draft')}.` },
    ask: { question: `How do I reset the lamp ${canaries.plant('question')}?` },
  };
  const bodyOf = (name: string): object => ({
    ticketId,
    locale: 'en',
    ...asked[name.replace('/prompt', '') as FeatureName],
  });
  const ways = featureNames.flatMap((name) => [name, ...(waysBeside[name as FeatureName] ?? [])]);
  return new Map(ways.map((name) => [name, bodyOf(name)]));
}

/** Requests no client of ours sends: a forged session, and fields of the wrong shape. */
async function wrongRequests(
  house: House,
  canaries: Canaries,
  { ticketId }: ExerciseOptions,
): Promise<number> {
  const wrong = [
    { token: canaries.plant('session'), body: { ticketId, text: canaries.plant('draft without a session') } },
    {
      token: await signIn(house, canaries, ticketId),
      body: { ticketId: canaries.plant('ticket id'), mode: canaries.plant('mode'), text: 7 },
    },
  ];
  for (const { token, body } of wrong)
    for (const feature of featureNames) await house.run(feature, body, { token });
  return wrong.length * featureNames.length;
}

async function signIn(house: House, canaries: Canaries, ticketId: number): Promise<string> {
  const token = await house.signIn(ticketId);
  canaries.mark('sidebar session', token);
  return token;
}
