import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import { shopOrigin, visit } from './exercise-chat.ts';
import type { Readers } from './exercise-console.ts';

const down = { preset: 'zendesk-down' };

async function liveAgent({ admin }: Readers): Promise<string> {
  const must = async (path: string, body: object = {}) => {
    const answer = await admin.send('POST', path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Readonly<Record<string, string>>;
  };
  const { id = '', widgetKey = '' } = await must('/v1/ai-agents', {
    name: 'Live assistant',
    settings: { writeBack: 'live', allowedOrigins: [shopOrigin] },
  });
  await must(`/v1/ai-agents/${id}/versions/1/publish`);
  return widgetKey;
}

/** A conversation that is written to Zendesk turn by turn: taken, refused while it is down, handed off, and brought there afterwards. */
export async function exerciseWriteBack(house: House, canaries: Canaries, readers: Readers): Promise<void> {
  const visitor = await visit(house, canaries, await liveAgent(readers));
  const say = (channel: string) =>
    visitor.take('turns', {
      message: `Why does my lamp flicker ${canaries.plant(`write-back: ${channel}`)}?`,
    });
  await say('message');
  await house.sandbox('zendesk', 'POST', 'faults', down);
  await say('message while Zendesk is down');
  const called = await visitor.take('hand-off', {
    contact: {
      name: `Inés ${canaries.plant('write-back: contact')}`,
      email: `${canaries.plant('write-back: contact e-mail').toLowerCase()}@example.com`,
    },
    note: canaries.plant('write-back: note'),
  });
  if (called['handOff'] !== 'pending') throw new Error('nothing waited for Zendesk, so nothing is proved');
  await house.sandbox('zendesk', 'DELETE', 'faults');
  const passed = await say('message for a person');
  if (passed['handOff'] !== 'done') throw new Error('nothing reached Zendesk, so nothing is proved');
  await (await visitor.post('end', { history: visitor.history() })).text();
}

/** Leaves a conversation that waits for Zendesk while everything is searched. */
export async function leaveWaiting(house: House, canaries: Canaries, readers: Readers): Promise<void> {
  const visitor = await visit(house, canaries, await liveAgent(readers));
  await house.sandbox('zendesk', 'POST', 'faults', down);
  // Not marked: at the moment of the search a job may have it open.
  await visitor.take('turns', { message: 'Why does my lamp flicker?' });
}
