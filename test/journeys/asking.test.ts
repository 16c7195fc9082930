import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AskAnswer } from '../../src/contract/abilities.ts';
import { openHouse, outputOf, problemOf, type House } from '../support/house.ts';

let house: House;
let token: string;
let ticketId: number;
let otherId: number;
let question: object;
const person = { name: 'Ines Moreau', email: 'ines.moreau@example.net', phone: '+33 6 12 34 56 78' };
const returns = 702;
const billing = 703;

beforeAll(async () => {
  house = await openHouse();
  otherId = await addTicket({
    subject: 'Kayak delivered with a cracked paddle',
    requester: person,
    group: billing,
    status: 'solved',
    comments: [
      {
        html: `<p>The paddle of my kayak arrived cracked.</p><p>Ines Moreau, ${person.email}, phone ${person.phone}</p>`,
      },
      { html: '<p>We replaced the cracked paddle with a carbon paddle on 3 March.</p>', author: 9002 },
    ],
  });
  const requester = await requesterOf(otherId);
  ticketId = await addTicket({
    subject: 'Where is my invoice?',
    requester,
    group: returns,
    comments: [{ html: '<p>Please send me the invoice of my last order.</p>' }],
  });
  question = { ticketId, locale: 'en', question: 'What happened to the cracked paddle of the kayak?' };
  token = await house.signIn(ticketId);
});
afterEach(() => house.sandbox('zendesk', 'DELETE', 'faults'));
afterAll(() => house?.close());

async function addTicket(ticket: object): Promise<number> {
  return ((await house.sandbox('zendesk', 'POST', 'tickets', ticket)) as { ticket: { id: number } }).ticket
    .id;
}
async function requesterOf(id: number): Promise<number> {
  const response = await fetch(`${house.zendeskUrl}/api/v2/tickets/${id}.json`, {
    headers: { authorization: 'Bearer sandbox-agent-9001' },
  });
  return ((await response.json()) as { ticket: { requester_id: number } }).ticket.requester_id;
}
const ask = (as = token) => house.run('ask', question, { token: as });
/** What the model is sent. */
async function promptFor(as = token): Promise<string> {
  const response = await fetch(`${house.serverUrl}/v1/copilot/ask/prompt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', 'x-show-prompt': 'true' },
    body: JSON.stringify(question),
  });
  expect(response.status).toBe(200);
  return response.text();
}

describe('a question about the customer’s history', () => {
  it('is answered from their other tickets, cited, without their addresses', async () => {
    await house.sandbox('providers', 'POST', 'forbidden', {
      values: [person.email, person.phone, String(await requesterOf(ticketId))],
    });
    const answer = await ask();
    expect(problemOf(answer)).toBeUndefined();
    const output = outputOf<AskAnswer>(answer);
    expect(await house.sandbox('providers', 'GET', 'violations')).toMatchObject({ count: 0 });
    expect(output?.text).toContain('carbon paddle');
    const cited = output?.sources.find(({ number }) => number === output.citations[0]?.source);
    expect(cited).toMatchObject({
      origin: 'customer-ticket',
      title: `#${otherId} Kayak delivered with a cracked paddle`,
      internal: true,
    });
    const prompt = await promptFor();
    expect(prompt).toContain('paddle');
    expect(prompt).not.toContain(person.email);
    expect(prompt).not.toContain(person.phone);
  });

  it('shows an agent no ticket that Zendesk would not show them', async () => {
    // Sees tickets of their own groups only, and Billing is none of them.
    const restricted = await house.signIn(ticketId, 9006);
    const output = outputOf<AskAnswer>(await ask(restricted));
    expect(output?.sources.filter(({ origin }) => origin === 'customer-ticket')).toEqual([]);
    expect(await promptFor(restricted)).not.toContain('carbon paddle');
  });

  it('is answered from the rest when Zendesk does not give the other tickets', async () => {
    await house.sandbox('zendesk', 'POST', 'faults', {
      match: 'tickets/requested',
      kind: 'status',
      status: 500,
    });
    const answer = await ask();
    expect(problemOf(answer)).toBeUndefined();
    expect(answer.events.at(-1)).toEqual({ type: 'done' });
    expect(await promptFor()).not.toContain('carbon paddle');
  });
});
