import type { Upstream } from './world.ts';

/** Adds a ticket with marks in what people wrote. */
export async function addTicket(
  { zendesk }: Upstream,
  mark: (channel: string) => string,
  more: object = {},
): Promise<{ readonly id: number; readonly comment: number }> {
  const response = await fetch(`${zendesk.url}/_sandbox/tickets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      subject: `Lamp flickers ${mark('subject')}`,
      requester: {
        name: `Requester ${mark('requester')}`,
        email: `r@${mark('requester mail').toLowerCase()}.example`,
      },
      comments: [
        { html: `<p>My lamp flickers at night ${mark('comment')}.</p>`, public: true },
        { html: `<p>Hold the button for ten seconds ${mark('reply')}.</p>`, public: true, author: 9001 },
        { html: `<p>Note ${mark('internal note')}.</p>`, public: false, author: 9001 },
      ],
      ...more,
    }),
  });
  const { ticket } = (await response.json()) as { ticket: { id: number } };
  const comment = zendesk.account.tickets.get(ticket.id)?.comments.at(0)?.id ?? 1;
  return { id: ticket.id, comment };
}
