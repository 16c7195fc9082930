import type { House } from '../support/house.ts';

/** Tickets that have neighbours of every kind. */
export interface Seeded {
  /** Open, nothing set, a customer's second mail about the same. */
  readonly ticketId: number;
  /** The same customer's first mail. */
  readonly firstMailId: number;
  /** Another customer's problem ticket about the same. */
  readonly problemId: number;
  /** Open, and about the same as the shop's problem ticket 1014 of another customer. */
  readonly incidentId: number;
  readonly messagingId: number;
}

const agent = 9001;
const warehouse = 704;
const billing = 703;

const solvedAbout = (topic: 'lamp' | 'invoice', index: number) =>
  topic === 'lamp'
    ? {
        subject: `Harbor lantern blinks and dies, case ${index}`,
        priority: 'high',
        type: 'incident',
        group: warehouse,
        tags: ['lantern_fault', 'battery_swap'],
        text: `The Harbor lantern blinks three times and dies, the battery never charges. Lantern ${index} is two weeks old.`,
        answer:
          'Please hold the power key for ten seconds. If the lantern still dies, we swap the battery pack.',
      }
    : {
        subject: `Invoice copy for order ${index}`,
        priority: 'low',
        type: 'question',
        group: billing,
        tags: ['invoice_copy'],
        text: `Please send the invoice of order ${index} again, our accounting needs the VAT number on it.`,
        answer: 'The invoice with your VAT number is attached to this mail.',
      };

/** Fills the simulated account so that each evidence ability has something to say about one ticket. */
export async function seedShop(house: House): Promise<Seeded> {
  const create = async (ticket: object): Promise<number> =>
    ((await house.sandbox('zendesk', 'POST', 'tickets', ticket)) as { id: number }).id;
  for (const topic of ['lamp', 'invoice'] as const)
    for (let index = 1; index <= 8; index += 1) {
      const { text, answer, ...fields } = solvedAbout(topic, index);
      const comments = [{ html: `<p>${text}</p>` }, { html: `<p>${answer}</p>`, author: agent }];
      const requester = { name: `Customer ${topic} ${index}`, email: `${topic}${index}@example.com` };
      await create({ ...fields, status: 'solved', assignee: agent, requester, comments });
    }
  const [requester, neighbour] = [2015, 2016];
  const words = 'my Harbor lantern blinks three times and dies, the battery never charges. Order BL-20311.';
  const firstMailId = await create({
    subject: 'Harbor lantern blinks and dies, BL-20311',
    requester,
    group: 701,
    comments: [{ html: `<p>Hello, ${words}</p>` }],
  });
  const problemId = await create({
    subject: 'Harbor lantern blinks and dies, BL-20877',
    type: 'problem',
    group: 701,
    requester: neighbour,
    comments: [
      {
        html: `<p>Hello, my Harbor lantern blinks three times and dies, the battery never charges. Order BL-20877.</p>`,
      },
    ],
  });
  const ticketId = await create({
    subject: 'Harbor lantern blinks and dies, second mail, BL-20311',
    requester,
    group: 701,
    comments: [
      {
        html: `<p>Hello again, ${words} This is unacceptable, nobody answers. You reach me at +49 170 2345678 or tomasz.lind@example.com.</p>`,
      },
    ],
  });
  const incidentId = await create({
    subject: 'You charged me TWICE for BL-10999',
    requester: neighbour,
    comments: [
      {
        html: '<p>I bought one Ridgeline 2 for $219.00 and my card shows $219.00 two times as well, both posted, not pending. Fix this today.</p>',
      },
    ],
  });
  const messagingId = await create({
    subject: 'Chat about a lantern',
    from_messaging_channel: true,
    requester: { name: 'Chat Visitor', email: 'chat.visitor@example.com' },
    comments: [{ html: '<p>Is the Harbor lantern waterproof?</p>' }],
  });
  return { ticketId, firstMailId, problemId, incidentId, messagingId };
}
