import type { House } from '../support/house.ts';
import { makeCanary, type Canary } from './canaries.ts';

export interface Marked {
  readonly canaries: readonly Canary[];
  readonly value: (channel: string) => string;
  readonly ticketId: number;
}

const ticketChannels = [
  'subject',
  'comment',
  'agent-comment',
  'internal-note',
  'hidden-text',
  'tag',
  'attachment-name',
  'requester-name',
  'requester-email',
  'requester-phone',
  'solved-ticket',
] as const;
const agentChannels = ['instruction', 'draft', 'rewrite-instruction', 'provider-key', 'session'] as const;

/** Puts a ticket into the simulated account in which every channel carries a canary of its own. */
export async function markTicket(house: House): Promise<Marked> {
  const canaries = [...ticketChannels, ...agentChannels].map(makeCanary);
  const value = (channel: string): string =>
    canaries.find((canary) => canary.channel === channel)?.value ?? '';
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
  return { canaries, value, ticketId };
}

interface Path {
  readonly name: string;
  readonly provider?: string;
  /** Switched on at the provider simulator for every key. */
  readonly fault?: string;
  readonly zendesk?: object;
  readonly json?: boolean;
  readonly disconnectAfterMs?: number;
}

/** The ways a call can go; a provider behaviour is part of the key. */
const paths = (key: string): readonly Path[] => [
  { name: 'happy' },
  { name: 'happy, one body', json: true },
  { name: 'happy, behaviour key', provider: `sk-sim.n=40.x=${key}` },
  ...[
    'status=401',
    'status=429.quota=1',
    'status=429.ra=60',
    'status=503',
    'status=400',
    'overflow=1',
    'cut=3',
    'midError=3',
    'malformed=1',
    'badjson=2',
    'finish=length',
    'filter=1',
  ].map((behaviour) => ({
    name: behaviour,
    provider: `sk-sim.n=40.x=${key}`,
    fault: behaviour,
  })),
  { name: 'provider timeout', provider: `sk-sim.n=40.x=${key}`, fault: 'hang=1' },
  { name: 'disconnect while waiting', provider: `sk-sim.ttft=3000.x=${key}`, disconnectAfterMs: 300 },
  { name: 'disconnect while streaming', provider: `sk-sim.n=400.itl=20.x=${key}`, disconnectAfterMs: 500 },
  ...[401, 403, 404, 422, 500, 503].map((status) => ({
    name: `Zendesk ${status}`,
    zendesk: { match: '/api/v2/', kind: 'status', status, times: 20 },
  })),
  { name: 'Zendesk malformed', zendesk: { match: '/api/v2/tickets', kind: 'malformed', times: 20 } },
  { name: 'Zendesk cut', zendesk: { match: '/api/v2/tickets', kind: 'cut', times: 20 } },
  {
    name: 'disconnect while Zendesk is slow',
    zendesk: { match: '/api/v2/', kind: 'delay', delayMs: 2_000, times: 20 },
    disconnectAfterMs: 200,
  },
];

/** Drives every feature down every path; returns how many runs there were. */
export async function exercise(
  house: House,
  marked: Marked,
  options: { readonly quick: boolean; readonly onPath: (name: string) => void },
): Promise<number> {
  const { value, ticketId } = marked;
  const bodies: Readonly<Record<string, object>> = {
    'summarize-ticket': { ticketId, locale: 'en' },
    'suggest-reply': { ticketId, locale: 'en', instruction: `Tell them ${value('instruction')}` },
    'rewrite-text': {
      ticketId,
      mode: 'custom',
      text: `my draft ${value('draft')}`,
      instruction: `make it nice ${value('rewrite-instruction')}`,
      locale: 'en',
    },
  };
  const chosen = paths(value('provider-key')).filter(
    ({ name }) => !options.quick || !['provider timeout', 'Zendesk 500', 'Zendesk 503'].includes(name),
  );
  let runs = 0;
  for (const path of chosen) {
    options.onPath(path.name);
    if (path.provider !== undefined) await house.useProvider('openai-compatible', path.provider);
    if (path.fault !== undefined) await house.sandbox('providers', 'POST', 'fault', { settings: path.fault });
    if (path.zendesk !== undefined) await house.sandbox('zendesk', 'POST', 'faults', path.zendesk);
    const token = await house.signIn(ticketId);
    await Promise.all(
      Object.entries(bodies).map(async ([feature, body]) => {
        const signal =
          path.disconnectAfterMs === undefined ? undefined : AbortSignal.timeout(path.disconnectAfterMs);
        runs += 1;
        // A disconnect ends in an error here, as it should.
        await house
          .run(feature, body, { token, json: path.json === true, ...(signal !== undefined && { signal }) })
          .catch(() => undefined);
      }),
    );
    if (path.zendesk !== undefined) await house.sandbox('zendesk', 'DELETE', 'faults');
    if (path.fault !== undefined) await house.sandbox('providers', 'POST', 'fault', { settings: '' });
    if (path.provider !== undefined)
      await house.useProvider('openai-compatible', 'sk-demo', { model: 'indesk-demo', demo: true });
  }
  // A malformed request, a forged session and a stranger's token carry canaries too.
  const wrong = [
    { token: value('session'), body: { ticketId, text: value('draft') } },
    {
      token: await house.signIn(ticketId),
      body: { ticketId: value('draft'), mode: value('instruction'), text: 7 },
    },
  ];
  for (const { token, body } of wrong)
    for (const feature of Object.keys(bodies)) await house.run(feature, body, { token });
  return runs + wrong.length * 3;
}
