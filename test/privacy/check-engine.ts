import { setTimeout as sleep } from 'node:timers/promises';
import { endpoints } from '../../src/contract/endpoints.ts';
import { openHouse, type House } from '../support/house.ts';
import { allowanceFor, allowedIn } from './allowed.ts';
import { Canaries, makeCanary, type Canary } from './canaries.ts';
import { runControls, type Controls } from './controls.ts';
import { openEngine, type Engine, type EngineName } from './engines.ts';
import { exercise, markTicket, type Extent } from './exercise.ts';
import { exerciseConsole, type Readers } from './exercise-console.ts';
import { exerciseChat } from './exercise-chat.ts';
import { exerciseKnowledge } from './exercise-knowledge.ts';
import { exerciseMacros } from './exercise-macros.ts';
import { exerciseSites } from './exercise-sites.ts';
import { exerciseScores } from './exercise-scores.ts';
import { exerciseTriage } from './exercise-triage.ts';
import { exerciseWriteBack, leaveWaiting } from './exercise-write-back.ts';
import { attachToHeap, heapFlags } from './heap.ts';
import { filesIn, textPlace, type Place } from './places.ts';
import { createScanner } from './scanner.ts';

/** What a check of one engine has shown. */
export interface Report extends Controls {
  readonly engine: EngineName;
  readonly channels: number;
  readonly canaries: number;
  readonly runs: number;
  readonly places: number;
  readonly megabytes: number;
  readonly leaks: readonly string[];
  /** What was found where it may be, with the reason. */
  readonly allowed: readonly string[];
}

export interface CheckOptions {
  readonly extent: Extent;
  readonly onStep?: (step: string) => void;
}

/** Sessions are believed for five seconds; what is in memory after these is there for longer. */
const restMs = 6_000;

/** Drives a server on one engine with marked content and secrets, then searches everything that could have kept them. */
export async function checkEngine(
  name: EngineName,
  { extent, onStep = () => undefined }: CheckOptions,
): Promise<Report> {
  const canaries = new Canaries();
  const engine = await openEngine(name, canaries);
  const house = await openHouse({ environment: engine.environment, nodeFlags: heapFlags }).catch(
    async (error: unknown) => {
      await engine.close();
      throw error;
    },
  );
  try {
    return await checkHouse(house, engine, canaries, { extent, onStep });
  } finally {
    await house.stopServer();
    await engine.close();
    await house.close();
  }
}

async function checkHouse(
  house: House,
  engine: Engine,
  canaries: Canaries,
  { extent, onStep }: Required<CheckOptions>,
): Promise<Report> {
  const ticketId = await markTicket(house, canaries);
  // What no feature declares must not be in any request to the provider.
  await house.sandbox('providers', 'POST', 'forbidden', {
    values: ['requester-email', 'requester-phone', 'attachment-name'].map((channel) =>
      canaries.value(channel),
    ),
  });
  onStep('console');
  const readers = await exerciseConsole(house, canaries);
  onStep('macros');
  await exerciseMacros(house, canaries, readers, ticketId);
  onStep('scores');
  await exerciseScores(house, canaries, readers, ticketId);
  onStep('chat');
  await exerciseChat(house, canaries, readers);
  onStep('write-back');
  await exerciseWriteBack(house, canaries, readers);
  onStep('knowledge');
  await exerciseKnowledge(house, canaries, readers);
  onStep('sites');
  await exerciseSites(house, canaries, readers);
  onStep('triage');
  await exerciseTriage(house, canaries, readers);
  const runs = await exercise(house, canaries, { ticketId, extent, onPath: onStep });
  await markZendeskTokens(house, canaries);
  await leaveWaiting(house, canaries, readers);
  // Receipts are written 200 ms later.
  await sleep(500);
  const pages = await pagesOf(house, readers);
  onStep('rest');
  await sleep(restMs);
  onStep('search');
  const running = await engine.whileRunning();
  const kept = makeCanary('a variable of the server');
  const heap = await heapOf(house, kept);
  const upstream = await upstreamFaults(house);
  await house.stopServer();
  const places: Place[] = [
    ...pages,
    ...running,
    ...heap,
    ...filesIn(house.dataDirectory, 'data folder'),
    ...filesIn(house.temporaryDirectory, 'temporary folder'),
    ...(await engine.afterwards(house.dataDirectory)),
    textPlace('standard output and error', house.output()),
  ];
  const scan = createScanner(canaries.all);
  const findings = places.flatMap(({ name, bytes }) => scan(name, bytes));
  const leaks = [
    ...findings
      .filter((finding) => allowanceFor(finding) === undefined)
      .map(({ channel, place }) => `${channel} in ${place}`),
    ...(await engine.mustNotBe()),
    ...upstream,
  ];
  const controls = await runControls(house, engine, places, { ticketId, kept });
  return {
    engine: engine.name,
    channels: canaries.channels.size,
    canaries: canaries.all.length,
    runs,
    places: places.length,
    megabytes: Math.round(places.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6),
    ...controls,
    leaks,
    allowed: allowedIn(findings),
  };
}

interface Issued {
  readonly kind: 'access' | 'refresh' | 'code';
  readonly value: string;
}

/** Tokens and codes that Zendesk gave. */
async function markZendeskTokens(house: House, canaries: Canaries): Promise<void> {
  const { issued } = (await house.sandbox('zendesk', 'GET', 'oauth/issued')) as { issued: readonly Issued[] };
  for (const { kind, value } of issued) canaries.mark(`Zendesk ${kind} token`, value);
}

/** What anybody, an admin and an operator are shown; and the mails, which are meant to be read. */
async function pagesOf(house: House, { admin, operator }: Readers): Promise<Place[]> {
  const { serverUrl, metricsUrl, outboxUrl } = house;
  const open = {
    metrics: metricsUrl,
    'page /readyz': `${serverUrl}/readyz`,
    'page /nothing-here': `${serverUrl}/nothing-here`,
    mails: `${outboxUrl}/_sandbox/mails`,
  };
  const lists = endpoints.filter(({ method, path }) => method === 'GET' && !path.includes(':'));
  return [
    ...(await Promise.all(
      Object.entries(open).map(async ([name, url]) => textPlace(name, await (await fetch(url)).text())),
    )),
    ...(await Promise.all(
      Object.entries({ admin, operator }).flatMap(([reader, browser]) =>
        lists.map(async ({ path }) =>
          textPlace(`page ${path} as ${reader}`, JSON.stringify((await browser.send('GET', path)).body)),
        ),
      ),
    )),
  ];
}

async function heapOf(house: House, kept: Canary): Promise<Place[]> {
  const heap = await attachToHeap(house);
  try {
    await heap.keep(kept.value);
    return await heap.snapshots();
  } finally {
    heap.close();
  }
}

/** What the simulators saw that should never have reached them. */
async function upstreamFaults(house: House): Promise<string[]> {
  const { attachments = 0 } = (await house.sandbox('zendesk', 'GET', 'requests')) as { attachments?: number };
  const { count } = (await house.sandbox('providers', 'GET', 'violations')) as { count: number };
  return [
    ...(attachments > 0 ? [`${attachments} attachments were downloaded`] : []),
    ...(count > 0 ? [`${count} requests to the provider held fields that no feature declares`] : []),
  ];
}
