// Opens N tickets through the real API with summary, reply and rewriting, and says what came of each.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Receipt } from '../src/contract/stream-events.ts';
import { RewrittenText, SuggestedReply, TicketSummary } from '../src/contract/copilot.ts';
import { openHouse, outputOf, problemOf, type FeatureAnswer, type House } from '../test/support/house.ts';
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

interface Driven {
  readonly ticketId: number;
  readonly failures: readonly string[];
  readonly firstTokenMs: number[];
  readonly totalMs: number;
  readonly receipts: readonly Receipt[];
}

/** Why an answer does not count as good; empty when it does. */
function faults(name: string, answer: FeatureAnswer): string[] {
  const problem = problemOf(answer);
  if (problem !== undefined) return [`${name}: ${problem}`];
  if (answer.events.at(-1)?.type !== 'done') return [`${name}: did not end in done`];
  const output = outputOf<unknown>(answer);
  if (name === 'summarize-ticket') {
    const summary = TicketSummary.safeParse(output);
    return summary.success && summary.data.wants !== '' ? [] : [`${name}: no valid summary`];
  }
  if (name === 'suggest-reply') {
    const reply = SuggestedReply.safeParse(output);
    if (!reply.success) return [`${name}: no valid reply`];
    return reply.data.citations.length > 0 || reply.data.missing.length > 0
      ? []
      : [`${name}: neither citation nor missing fact`];
  }
  return RewrittenText.safeParse(output).success ? [] : [`${name}: no valid text`];
}

async function driveTicket(house: House, ticketId: number): Promise<Driven> {
  const token = await house.signIn(ticketId);
  const startedAt = performance.now();
  const failures: string[] = [];
  const firstTokenMs: number[] = [];
  const receipts: Receipt[] = [];
  const run = async (name: string, body: object): Promise<FeatureAnswer> => {
    const answer = await house.run(name, body, { token });
    failures.push(...faults(name, answer));
    if (answer.firstTokenMs !== undefined) firstTokenMs.push(answer.firstTokenMs);
    for (const event of answer.events) if (event.type === 'usage') receipts.push(event.receipt);
    return answer;
  };
  await run('summarize-ticket', { ticketId, locale: 'en' });
  const reply = await run('suggest-reply', { ticketId, locale: 'en' });
  const draft =
    outputOf<{ text: string }>(reply)?.text ||
    'hello , thank you for you message . we look into it and come back to you with order 4711 .';
  await run('rewrite-text', { ticketId, mode: 'fix-grammar', text: draft, locale: 'en' });
  return { ticketId, failures, firstTokenMs, totalMs: performance.now() - startedAt, receipts };
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
    driven.push(await driveTicket(house, id));
    if (driven.length % 10 === 0) process.stderr.write(`${driven.length} of ${ids.length}\n`);
  }
} finally {
  await house.close();
}
const failed = driven.filter(({ failures }) => failures.length > 0);
const receipts = driven.flatMap((one) => one.receipts);
const perTicket = (pick: (receipt: Receipt) => number): number =>
  Math.round((receipts.reduce((sum, receipt) => sum + pick(receipt), 0) / Math.max(1, driven.length)) * 100) /
  100;
const result = {
  tickets: driven.length,
  ok: driven.length - failed.length,
  failed: failed.length,
  firstTokenMsP50: median(driven.flatMap((one) => one.firstTokenMs)),
  totalMsP50: median(driven.map((one) => one.totalMs)),
  tokensPerTicket: perTicket((receipt) => receipt.inputTokens + receipt.outputTokens),
  providerCallsPerTicket: perTicket((receipt) => receipt.providerCalls),
  zendeskRoundTripsPerTicket: perTicket((receipt) => receipt.helpDeskCalls),
};
for (const { ticketId, failures } of failed.slice(0, 20))
  process.stdout.write(`ticket ${ticketId}: ${failures.join('; ')}\n`);
printResult('Tickets driven through summary, reply and rewriting', result, driven.length === 0);
