// Opens N tickets through the real API, has them summarised, answered, rewritten, asked about and reviewed, and says what came of each.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Receipt } from '../src/contract/stream-events.ts';
import { openHouse, outputOf, type FeatureAnswer, type House } from '../test/support/house.ts';
import { faultsOf } from './drive-checks.ts';
import { median, printResult } from './report.ts';

const { values } = parseArgs({
  options: {
    tickets: { type: 'string' },
    count: { type: 'string', default: '20' },
    quick: { type: 'boolean', default: false },
  },
});
const count = values.quick ? Math.min(10, Number(values.count)) : Number(values.count);
const file = values.tickets === undefined ? undefined : resolve(values.tickets);
if (file !== undefined && !existsSync(file)) {
  process.stderr.write(`There is no file ${file}.\n`);
  process.exit(2);
}

/** One run of one feature. */
interface Ran {
  readonly feature: string;
  readonly failures: readonly string[];
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
  readonly receipts: readonly Receipt[];
}
interface Driven {
  readonly ticketId: number;
  readonly runs: readonly Ran[];
  readonly totalMs: number;
  /** Tokens of the one call of an opening, and of the same asked in a call a feature; undefined when it was not compared. */
  readonly compared: { readonly open: number; readonly separate: number } | undefined;
}

/** How many tickets are asked again, feature by feature, for the comparison of tokens. */
const mostCompared = 25;
const tokensOf = (receipts: readonly Receipt[]): number =>
  receipts.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);

async function driveTicket(house: House, ticketId: number, compares: boolean): Promise<Driven> {
  const token = await house.signIn(ticketId);
  const startedAt = performance.now();
  const runs: Ran[] = [];
  const run = async (feature: string, body: object = {}): Promise<FeatureAnswer> => {
    const answer = await house.run(feature, { ticketId, locale: 'en', ...body }, { token });
    runs.push({
      feature,
      failures: faultsOf(feature, answer),
      firstTokenMs: answer.firstTokenMs,
      totalMs: answer.totalMs,
      receipts: answer.events.flatMap((event) => (event.type === 'usage' ? [event.receipt] : [])),
    });
    return answer;
  };
  await run('open');
  await run('summarize-ticket');
  const reply = await run('suggest-reply');
  const draft =
    outputOf<{ text: string }>(reply)?.text ||
    'hello , thank you for you message . we look into it and come back to you with order 4711 .';
  await run('rewrite-text', { mode: 'fix-grammar', text: draft });
  await run('ask', { question: 'What has this customer asked for, and what were they told?' });
  await run('review-quality', { draft });
  const totalMs = performance.now() - startedAt;
  const tokens = (feature: string): number =>
    tokensOf(runs.filter((one) => one.feature === feature).flatMap(({ receipts }) => receipts));
  if (!compares) return { ticketId, runs, totalMs, compared: undefined };
  // Outside of the other figures: the insight alone is what an opening has asked already.
  const insight = await house.run('ticket-insight', { ticketId, locale: 'en' }, { token });
  const alone = insight.events.flatMap((event) => (event.type === 'usage' ? [event.receipt] : []));
  const separate = tokensOf(alone) + tokens('summarize-ticket');
  return { ticketId, runs, totalMs, compared: { open: tokens('open'), separate } };
}

/** The first ticket numbers of the account, in order. */
async function ticketIds(house: House, wanted: number): Promise<number[]> {
  const ids: number[] = [];
  for (let page = 1; ids.length < wanted; page += 1) {
    const response = await fetch(
      `${house.zendeskUrl}/api/v2/tickets.json?per_page=100&page=${page}&sort_by=id&sort_order=asc`,
      { headers: { authorization: 'Bearer sandbox-agent-9001' } },
    );
    const { tickets } = (await response.json()) as { tickets: { id: number }[] };
    if (tickets.length === 0) break;
    ids.push(...tickets.map(({ id }) => id));
  }
  return ids.toSorted((a, b) => a - b).slice(0, wanted);
}

const house = await openHouse(file === undefined ? {} : { ticketsFile: file });
const driven: Driven[] = [];
try {
  // Driven at full speed, a plan's limit of requests a minute would be what is measured.
  await house.sandbox('zendesk', 'POST', 'settings', {
    limits: { requestsPerMinute: null, helpCenterPerMinute: null },
  });
  const ids = await ticketIds(house, count);
  for (const id of ids) {
    driven.push(await driveTicket(house, id, driven.length < mostCompared));
    if (driven.length % 10 === 0) process.stderr.write(`${driven.length} of ${ids.length}\n`);
  }
} finally {
  await house.close();
}
const runs = driven.flatMap((one) => one.runs);
const failuresOf = (one: Driven): readonly string[] => one.runs.flatMap(({ failures }) => failures);
const failed = driven.filter((one) => failuresOf(one).length > 0);
const receipts = runs.flatMap((one) => one.receipts);
const perTicket = (pick: (receipt: Receipt) => number): number =>
  Math.round((receipts.reduce((sum, receipt) => sum + pick(receipt), 0) / Math.max(1, driven.length)) * 100) /
  100;
const compared = driven.flatMap((one) => (one.compared === undefined ? [] : [one.compared]));
const given = (list: readonly (number | undefined)[]): number[] => list.filter((one) => one !== undefined);
const result = {
  tickets: driven.length,
  ok: driven.length - failed.length,
  failed: failed.length,
  firstTokenMsP50: median(given(runs.map((one) => one.firstTokenMs))),
  totalMsP50: median(driven.map((one) => one.totalMs)),
  tokensPerTicket: perTicket((receipt) => receipt.inputTokens + receipt.outputTokens),
  providerCallsPerTicket: perTicket((receipt) => receipt.providerCalls),
  zendeskRoundTripsPerTicket: perTicket((receipt) => receipt.helpDeskCalls),
  openTokensP50: median(compared.map(({ open }) => open)),
  separateTokensP50: median(compared.map(({ separate }) => separate)),
};
for (const one of failed.slice(0, 20))
  process.stdout.write(`ticket ${one.ticketId}: ${failuresOf(one).join('; ')}\n`);
const table = [...new Set(runs.map(({ feature }) => feature))].map((feature) => {
  const own = runs.filter((one) => one.feature === feature);
  const all = own.flatMap((one) => one.receipts);
  const mean = (pick: (receipt: Receipt) => number): number =>
    Math.round((all.reduce((sum, receipt) => sum + pick(receipt), 0) / Math.max(1, own.length)) * 100) / 100;
  return {
    feature,
    runs: own.length,
    ok: own.filter(({ failures }) => failures.length === 0).length,
    firstTokenMsP50: median(given(own.map((one) => one.firstTokenMs))),
    totalMsP50: median(own.map((one) => one.totalMs)),
    tokens: mean((receipt) => receipt.inputTokens + receipt.outputTokens),
    providerCalls: mean((receipt) => receipt.providerCalls),
    zendeskRoundTrips: mean((receipt) => receipt.helpDeskCalls),
  };
});
for (const row of [Object.fromEntries(Object.keys(table[0] ?? {}).map((key) => [key, key])), ...table])
  process.stdout.write(
    `${Object.values(row)
      .map((value, at) => (at === 0 ? String(value).padEnd(18) : String(value).padStart(19)))
      .join('')}\n`,
  );
printResult(
  `Tickets driven through ${table.map(({ feature }) => feature).join(', ')}; tokens of one opening against ticket-insight and summarize-ticket asked one by one, on ${compared.length} tickets`,
  result,
  driven.length === 0,
);
