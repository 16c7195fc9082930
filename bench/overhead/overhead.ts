// What a copilot call costs on top of the provider, beside another gateway, against the same simulated provider, interleaved in one run.
import { median, printResult } from '../report.ts';
import { openHouse } from '../../test/support/house.ts';
import { createClient, type Client, type Target } from './client.ts';
import { startGateway } from './gateway.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 7;
const seconds = quick ? 1 : 2;
const gatewayPort = 18_787;
const cpus = { client: '0', server: '1' };
const [sequential, streams, atOnce] = [quick ? 80 : 200, quick ? 12 : 30, 64];

// Four kilobytes of text without numbers or links, as a long draft has.
const draft = 'My parcel has not arrived and I need it before Friday, so please look into it for me. '.repeat(
  48,
);
const openAiBody = (stream: boolean): string =>
  JSON.stringify({
    model: 'sim-model',
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
    max_tokens: 2_000,
    messages: [
      { role: 'system', content: 'You are a support copilot.' },
      { role: 'user', content: draft },
    ],
  });

const house = await openHouse({
  cpus: { server: cpus.server, simulators: cpus.client },
  discardOutput: true,
});
const gateway = await startGateway(gatewayPort, cpus.server).catch(async (error: unknown) => {
  await house.close();
  throw error;
});
const token = await house.signIn(1001);
const upstream = `${house.providersUrl}/compatible/v1`;
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const targets: readonly Target[] = [
  { name: 'direct', url: `${upstream}/chat/completions`, headers: bearer, body: openAiBody },
  {
    name: 'gateway',
    url: `http://127.0.0.1:${gatewayPort}/v1/chat/completions`,
    headers: (key) => ({ ...bearer(key), 'x-portkey-provider': 'openai', 'x-portkey-custom-host': upstream }),
    body: openAiBody,
  },
  {
    name: 'indesk',
    url: `${house.serverUrl}/v1/copilot/rewrite-text`,
    headers: () => bearer(token),
    body: () => JSON.stringify({ mode: 'formal', text: draft, locale: 'en' }),
  },
];
const clients = new Map(targets.map((target) => [target.name, createClient(target)]));

type Samples = Map<string, number[]>;
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** Runs a block for every target in random order, round after round. */
async function interleave(
  key: string,
  block: (client: Client, key: string) => Promise<number | null>,
): Promise<Samples> {
  await house.useProvider('openai-compatible', key);
  const samples: Samples = new Map(targets.map(({ name }) => [name, []]));
  for (const client of clients.values())
    for (let warm = 0; warm < 100; warm += 1)
      await (warm % 4 === 0 ? client.firstToken('sk-sim.n=40') : client.whole('sk-sim.n=40'));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name } of shuffled(targets)) {
      const client = clients.get(name);
      const figure = client === undefined ? null : await block(client, key);
      if (figure !== null) samples.get(name)?.push(figure);
    }
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  return samples;
}

/** Median of `count` calls one after the other. */
const oneByOne =
  (count: number, call: (client: Client, key: string) => Promise<number>) =>
  async (client: Client, key: string): Promise<number | null> => {
    const times: number[] = [];
    for (let at = 0; at < count; at += 1) times.push(await call(client, key));
    return median(times);
  };

/** Calls a second with many at once. */
const perSecond =
  (call: (client: Client, key: string) => Promise<number>) =>
  async (client: Client, key: string): Promise<number> => {
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1000;
    let done = 0;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (performance.now() < endsAt) {
          await call(client, key);
          done += 1;
        }
      }),
    );
    return done / ((performance.now() - startedAt) / 1000);
  };

/** Median over rounds of the difference to the direct call of the same round. */
function added(samples: Samples, name: string): number | null {
  const direct = samples.get('direct') ?? [];
  return median((samples.get(name) ?? []).map((value, round) => value - (direct[round] ?? 0)));
}

try {
  const whole = await interleave(
    'sk-sim.n=40',
    oneByOne(sequential, (client, key) => client.whole(key)),
  );
  const first = await interleave(
    'sk-sim.n=40.ttft=50.itl=5',
    oneByOne(streams, (client, key) => client.firstToken(key)),
  );
  const requests = await interleave(
    'sk-sim.n=40',
    perSecond((client, key) => client.whole(key)),
  );
  const streaming = await interleave(
    'sk-sim.n=40',
    perSecond((client, key) => client.firstToken(key)),
  );
  const rate = (samples: Samples, name: string): number | null => median(samples.get(name) ?? []);
  const figures = {
    addedMsP50: added(whole, 'indesk'),
    gatewayAddedMsP50: added(whole, 'gateway'),
    addedFirstTokenMsP50: added(first, 'indesk'),
    gatewayAddedFirstTokenMsP50: added(first, 'gateway'),
    requestsPerSecond: rate(requests, 'indesk'),
    gatewayRequestsPerSecond: rate(requests, 'gateway'),
    streamsPerSecond: rate(streaming, 'indesk'),
    gatewayStreamsPerSecond: rate(streaming, 'gateway'),
    directRequestsPerSecond: rate(requests, 'direct'),
    directStreamsPerSecond: rate(streaming, 'direct'),
    quick,
    rounds,
  };
  const ratio = (ours: number | null, theirs: number | null): string =>
    ours === null || theirs === null ? '-' : `${(ours / theirs).toFixed(2)} ×`;
  process.stdout.write(
    `ratio to the gateway: added ${ratio(figures.addedMsP50, figures.gatewayAddedMsP50)}, first token ${ratio(figures.addedFirstTokenMsP50, figures.gatewayAddedFirstTokenMsP50)}, requests/s ${ratio(figures.requestsPerSecond, figures.gatewayRequestsPerSecond)}, streams/s ${ratio(figures.streamsPerSecond, figures.gatewayStreamsPerSecond)}${quick ? ' (--quick: fewer repetitions)' : ''}\n`,
  );
  printResult('Overhead of a copilot call', figures, figures.requestsPerSecond === null);
} finally {
  for (const client of clients.values()) await client.close();
  gateway.stop();
  await house.close();
}
