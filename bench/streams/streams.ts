// A thousand chats at once on one server of the role `serve`, with PostgreSQL and Redis and no embedding model: what they
// take of its memory, whether its event loop keeps up, whether every answer arrives whole, and what is left afterwards.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { printResult } from '../report.ts';
import { startChatServer, type ChatServer } from './chat-server.ts';
import {
  closeVisitors,
  openVisitor,
  preparedAnswer,
  type StreamVisitor,
  type TurnOutcome,
} from './visitor.ts';

const quick = process.argv.includes('--quick');
const option = (name: string, usual: number): number =>
  Number(process.argv.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3) ?? usual);
const streams = option('streams', 1_000);
const perSecond = option('per-second', 10);
const turns = option('turns', quick ? 1 : 3);
const words = option('words', 120);
const warmUps = quick ? 2 : 4;
const rampMs = 3_000;
const ratio = (one: number, other: number): number => Math.round((one / other) * 100) / 100;

const server = await startChatServer(Math.round(1_000 / perSecond), { server: '1', others: '0' });
try {
  await measure();
} finally {
  closeVisitors();
  await server.close();
}

async function measure(): Promise<void> {
  const visitors: StreamVisitor[] = [];
  for (let at = 0; at < streams; at += 50)
    visitors.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(50, streams - at) }, (_, index) => openVisitor(server, at + index)),
      )),
    );
  // Code compiled, pools open, one index in memory: what an idle server that has worked holds.
  for (let at = 0; at < warmUps; at += 1) await round(visitors.slice(0, 100), 1, 0);
  const idleHeap = await server.heapUsed();
  const idleKiB = await settledKiB(server);
  await loopDelayMsP99(server);
  const memory = watchMemory(server);
  const startedAt = performance.now();
  const outcomes = await round(visitors, turns, rampMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const peakKiB = await memory.stop();
  const parts = outcomes.reduce((sum, one) => sum + one.parts, 0);
  const loopDelay = await loopDelayMsP99(server);
  const afterKiB = await settledKiB(server);
  const afterHeap = await server.heapUsed();
  // What stays resident belongs to the allocator if the same again takes no more of it.
  const again = watchMemory(server);
  outcomes.push(...(await round(visitors, 1, rampMs)));
  const againKiB = await again.stop();
  const faults = outcomes.filter(({ whole }) => !whole).map(({ fault }) => fault);
  for (const fault of [...new Set(faults)].slice(0, 5)) process.stderr.write(`lost: ${fault}\n`);
  const figures = {
    streams,
    rssMiB: Math.round(peakKiB / 1024),
    loopDelayMsP99: loopDelay,
    drops: faults.length,
    idleRssMiB: Math.round(idleKiB / 1024),
    afterRssMiB: Math.round(afterKiB / 1024),
    kibPerStream: Math.round((peakKiB - idleKiB) / streams),
    afterToIdle: ratio(afterKiB, idleKiB),
    heapAfterToIdle: ratio(afterHeap, idleHeap),
    secondPeakToFirst: ratio(againKiB, peakKiB),
    answers: outcomes.length,
    partsPerSecond: Math.round(parts / seconds),
    quick,
  };
  printResult(
    `${streams} chats at once${quick ? ' (--quick: one turn each)' : ''}`,
    figures,
    outcomes.length === 0,
  );
}

/** Every visitor takes so many turns, one after the other; visitors begin over `overMs`. */
async function round(
  visitors: readonly StreamVisitor[],
  count: number,
  overMs: number,
): Promise<TurnOutcome[]> {
  const answer = preparedAnswer(words);
  await server.answerWith(Array.from({ length: visitors.length * count }, () => answer));
  const each = await Promise.all(
    visitors.map(async (visitor, at) => {
      await sleep((overMs * at) / visitors.length);
      const outcomes: TurnOutcome[] = [];
      for (let turn = 0; turn < count; turn += 1) outcomes.push(await visitor.turn());
      return outcomes;
    }),
  );
  return each.flat();
}

/** Resident memory, in KiB. */
async function rssKiB({ pid }: ChatServer): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
}

/** Once nothing is under way: connections kept alive are closed, and what is garbage may be collected. */
async function settledKiB(one: ChatServer): Promise<number> {
  await sleep(quick ? 6_000 : 15_000);
  return rssKiB(one);
}

function watchMemory(one: ChatServer): { stop(): Promise<number> } {
  let peak = 0;
  const look = async (): Promise<void> => {
    peak = Math.max(peak, await rssKiB(one));
  };
  const timer = setInterval(() => void look(), 200);
  return {
    stop: async () => {
      clearInterval(timer);
      await look();
      return peak;
    },
  };
}

/** Since the last time it was asked. */
async function loopDelayMsP99({ metricsUrl }: ChatServer): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  const seconds = Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1]);
  return Math.round(seconds * 10_000) / 10;
}
