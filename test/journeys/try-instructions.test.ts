import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHouse, problemOf, type House } from '../support/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const body = {
  instructions: 'Answer in one line. Marker-5521.',
  input: { ticketId: 1001, locale: 'en', question: 'Which order is it about?' },
};
async function prompts(token: string, path: string, sent: object): Promise<{ status: number; text: string }> {
  const response = await fetch(`${house.serverUrl}/v1/copilot/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-show-prompt': 'true',
    },
    body: JSON.stringify(sent),
  });
  return { status: response.status, text: await response.text() };
}

describe('instructions that are tried on a ticket', () => {
  it('are sent to the model for an admin of the account, and kept nowhere', async () => {
    const admin = await house.signIn(1001, 9002);
    const tried = await prompts(admin, 'ask/try', body);
    expect(tried.text).toContain('Marker-5521');
    expect(tried.text).toContain('"type":"done"');
    const after = await prompts(admin, 'ask/prompt', body.input);
    expect(after.text).not.toContain('Marker-5521');
    expect(after.text).toContain('Which order is it about?');
  });

  it('are refused for an agent who is no admin', async () => {
    const agent = await house.signIn(1001, 9001);
    expect((await prompts(agent, 'ask/try', body)).status).toBe(403);
  });
});

describe('the glass prompt', () => {
  it('is what the model is sent, for those who ask, and no model is asked for it alone', async () => {
    const token = await house.signIn(1001);
    const shown = await prompts(token, 'ask', body.input);
    expect(shown.text).toMatch(/"type":"prompt"/);
    const silent = await house.run('ask', body.input, { token });
    expect(problemOf(silent)).toBeUndefined();
    expect(silent.events.some(({ type }) => type === 'prompt')).toBe(false);
    const before = await house.sandbox('providers', 'GET', 'requests');
    expect((await prompts(token, 'ask/prompt', body.input)).status).toBe(200);
    expect(await house.sandbox('providers', 'GET', 'requests')).toEqual(before);
    expect((await prompts(token, 'find-duplicates/prompt', { ticketId: 1001 })).status).toBe(400);
  });
});
