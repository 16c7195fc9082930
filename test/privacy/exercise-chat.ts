import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import type { Readers } from './exercise-console.ts';

const origin = 'https://shop.example';

/** An AI agent with marked settings and a conversation with it, every word of it marked and what is sealed of it too: answered, refused, broken off, handed off and ended. */
export async function exerciseChat(house: House, canaries: Canaries, { admin }: Readers): Promise<void> {
  const setting = (name: string): string => canaries.plant(`setting: ${name} of the AI agent`);
  const must = async (method: 'PUT' | 'POST', path: string, body: object = {}) => {
    const answer = await admin.send(method, path, body);
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Readonly<Record<string, string>>;
  };
  const { id = '', widgetKey = '' } = await must('POST', '/v1/ai-agents', {
    name: 'Shop assistant',
    settings: {
      greeting: setting('greeting'),
      instructions: setting('instructions'),
      refusedTopics: [setting('refused topic')],
      allowedOrigins: [origin],
    },
  });
  await must('POST', `/v1/ai-agents/${id}/versions/1/publish`);
  const { secret = '' } = await must('PUT', `/v1/ai-agents/${id}/identity-secret`);
  canaries.mark('identity secret', secret);
  const identity = await new SignJWT({
    jti: randomUUID(),
    sub: `customer ${canaries.plant('chat: named visitor')}`,
    name: `Ana ${canaries.plant('chat: name of a visitor')}`,
    email: `${canaries.plant('chat: e-mail of a visitor').toLowerCase()}@example.com`,
  })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(widgetKey)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(Buffer.from(secret));
  const post = (path: string, body: object, session?: string, signal?: AbortSignal): Promise<Response> =>
    fetch(`${house.serverUrl}/v1/chat/${widgetKey}/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: path === 'turns' && signal === undefined ? 'application/json' : '*/*',
        origin,
        ...(session !== undefined && { authorization: `Bearer ${session}` }),
      },
      body: JSON.stringify(body),
      ...(signal !== undefined && { signal }),
    });
  const opened = (await (await post('sessions', { identity })).json()) as Record<string, string>;
  const { session = '' } = opened;
  let history = opened['history'] ?? '';
  const keep = (sealed: string): void => {
    history = sealed;
    // The version, the key's id and the nonce begin it; what follows is the conversation.
    canaries.mark('chat: sealed conversation', sealed.slice(-120));
  };
  keep(history);
  let turns = 0;
  const take = async (path: string, body: object): Promise<void> => {
    const response = await post(path, { ...body, history }, session);
    const answer = (await response.json()) as Record<string, string>;
    if (response.status !== 200)
      throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}, so nothing is proved`);
    turns += 1;
    keep(answer['history'] ?? '');
  };
  await take('turns', { message: `Why does my lamp flicker ${canaries.plant('chat: message')}?` });
  await take('turns', {
    message: `Can I talk to a human about ${canaries.plant('chat: wish for a person')}?`,
  });
  await take('hand-off', {
    contact: {
      name: `Ana ${canaries.plant('chat: contact')}`,
      email: `${canaries.plant('chat: contact e-mail').toLowerCase()}@example.com`,
    },
    note: canaries.plant('chat: note'),
  });
  const abort = AbortSignal.timeout(30);
  await post('turns', { message: canaries.plant('chat: broken off'), history }, session, abort)
    .then((response) => response.text())
    .catch(() => undefined);
  for (const refused of [`${history}A`, canaries.plant('chat: forged history'), '1.AAAA'])
    await (
      await post('turns', { message: canaries.plant('chat: refused'), history: refused }, session)
    ).text();
  await (await post('feedback', { turn: 1, verdict: 'down' }, session)).text();
  await (await post('end', { history }, session)).text();
  if (turns !== 3) throw new Error('the conversation was not held, so nothing is proved');
}
