import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import type { Readers } from './exercise-console.ts';

/** Writing a review's score beside the marked ticket: what stood there, what is refused, and a Zendesk that fails. */
export async function exerciseScores(
  house: House,
  canaries: Canaries,
  { admin }: Readers,
  ticketId: number,
): Promise<void> {
  const token = await house.signIn(ticketId);
  canaries.mark('sidebar session', token);
  const post = async (path: string, body: object): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${house.serverUrl}/v1/sidebar/quality-scores${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const fieldId = 360_005;
  const { body: settings } = await admin.send('GET', '/v1/copilot-settings');
  const { lines } = settings['scorecard'] as { lines: object[] };
  const saved = await admin.send('PUT', '/v1/copilot-settings/scorecard', {
    lines,
    writeScoreTo: { kind: 'number', fieldId },
  });
  if (saved.status !== 200) throw new Error(`no place for scores: ${JSON.stringify(saved.body)}`);
  const { ticket } = (await house.sandbox('zendesk', 'POST', 'tickets', {
    subject: `Scored ${canaries.plant('scored ticket: subject')}`,
    comments: [{ html: `<p>Is it shipped? ${canaries.plant('scored ticket: comment')}</p>` }],
    custom_fields: [{ id: fieldId, value: canaries.plant('scored ticket: field') }],
  })) as { ticket: { id: number } };
  const scored = { ticketId: ticket.id, score: 80 };
  const shown = await post('/preview', scored);
  if (!shown.text.includes(canaries.value('scored ticket: field')))
    throw new Error(`no preview: ${shown.text}`);
  const { updatedAt } = JSON.parse(shown.text) as { updatedAt: string };
  await post('', { ...scored, updatedAt: '2026-01-01T00:00:00Z' });
  await post('', { ...scored, updatedAt: canaries.plant('time of a score') });
  await post('/preview', { ...scored, ticketId: canaries.plant('ticket of a score') });
  await house.sandbox('zendesk', 'POST', 'faults', { match: '^PUT /api/v2/', kind: 'status', status: 422 });
  await post('', { ...scored, updatedAt });
  await house.sandbox('zendesk', 'DELETE', 'faults');
  const written = await post('', { ...scored, updatedAt });
  if (written.status !== 200) throw new Error(`no score written: ${written.text}`);
}
