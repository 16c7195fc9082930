import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import type { Readers } from './exercise-console.ts';

export const shopOrigin = 'https://shop.example';

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
      allowedOrigins: [shopOrigin],
    },
  });
  await must('POST', `/v1/ai-agents/${id}/versions/1/publish`);
  const { secret = '' } = await must('PUT', `/v1/ai-agents/${id}/identity-secret`);
  canaries.mark('identity secret', secret);
  await exerciseTrials(house, canaries, admin, id);
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
  const visitor = await visit(house, canaries, widgetKey, identity);
  await visitor.take('turns', { message: `Why does my lamp flicker ${canaries.plant('chat: message')}?` });
  await visitor.take('turns', {
    message: `Can I talk to a human about ${canaries.plant('chat: wish for a person')}?`,
  });
  await visitor.take('hand-off', {
    contact: {
      name: `Ana ${canaries.plant('chat: contact')}`,
      email: `${canaries.plant('chat: contact e-mail').toLowerCase()}@example.com`,
    },
    note: canaries.plant('chat: note'),
  });
  const { post } = visitor;
  const abort = AbortSignal.timeout(30);
  const history = visitor.history();
  await post('turns', { message: canaries.plant('chat: broken off'), history }, abort)
    .then((response) => response.text())
    .catch(() => undefined);
  for (const refused of [`${history}A`, canaries.plant('chat: forged history'), '1.AAAA'])
    await (await post('turns', { message: canaries.plant('chat: refused'), history: refused })).text();
  await (await post('feedback', { turn: 1, verdict: 'down' })).text();
  await (await post('end', { history })).text();
}

/** What a lead tries, and questions with what is expected of their answers: tried whole, streamed, saved, asked in bulk. */
async function exerciseTrials(
  house: House,
  canaries: Canaries,
  admin: Readers['admin'],
  id: string,
): Promise<void> {
  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    body: object = {},
    accept = 'application/json',
  ) => {
    const response = await fetch(`${house.serverUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json', accept },
      ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  };
  const must = async (method: 'GET' | 'POST', path: string, body: object = {}) =>
    JSON.parse(await ask(method, path, body)) as Readonly<Record<string, unknown>>;
  const source = await must('POST', '/v1/knowledge/sources', {
    aiAgentId: id,
    inCopilot: false,
    internal: false,
    name: 'Lamps',
    settings: { kind: 'snippets' },
  });
  await must('POST', `/v1/knowledge/sources/${source['id']}/snippets`, {
    title: `Lamps ${canaries.plant('trial: title of what it finds')}`,
    text: `Lamps flicker when the battery is low. ${canaries.plant('trial: text of what it finds')}`,
  });
  const trials = `/v1/ai-agents/${id}/versions/1/trials`;
  const asked = `Why do lamps flicker when the battery is low ${canaries.plant('trial: question')}?`;
  const { prompts } = await must('POST', trials, { messages: [{ from: 'visitor', text: asked }] });
  if (!Array.isArray(prompts) || prompts.length === 0)
    throw new Error('the trial asked no model, so nothing is proved');
  const streamed = {
    messages: [
      { from: 'visitor', text: asked },
      { from: 'agent', text: `They do ${canaries.plant('trial: answer before')}.` },
      { from: 'visitor', text: `And why else ${canaries.plant('trial: second question')}?` },
    ],
  };
  await ask('POST', trials, streamed, 'text/event-stream');
  await must('POST', `/v1/ai-agents/${id}/questions`, {
    question: `Why do lamps flicker ${canaries.plant('question: typed')}?`,
    language: 'en',
    expects: {
      outcome: 'answer',
      sourceIds: [source['id']],
      contains: [canaries.plant('question: expected words')],
      excludes: [canaries.plant('question: unwanted words')],
    },
  });
  await must('POST', `/v1/ai-agents/${id}/test-runs`, { version: 1 });
  for (let tries = 0; tries < 60; tries += 1) {
    const { runs } = await must('GET', `/v1/ai-agents/${id}/test-runs`);
    const [newest] = runs as { readonly state: string }[];
    if (newest?.state === 'done') return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('the questions were not asked, so nothing is proved');
}

/** A visitor of an AI agent, with the sealed conversation in hand, each state of which is marked. */
export interface ChatVisitor {
  post(path: string, body: object, signal?: AbortSignal): Promise<Response>;
  /** Must be answered, or nothing is proved. */
  take(path: string, body: object): Promise<Readonly<Record<string, unknown>>>;
  history(): string;
}

export async function visit(
  house: House,
  canaries: Canaries,
  widgetKey: string,
  identity: string | null = null,
): Promise<ChatVisitor> {
  let session = '';
  let history = '';
  const post: ChatVisitor['post'] = (path, body, signal) =>
    fetch(`${house.serverUrl}/v1/chat/${widgetKey}/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: path === 'turns' && signal === undefined ? 'application/json' : '*/*',
        origin: shopOrigin,
        ...(session !== '' && { authorization: `Bearer ${session}` }),
      },
      body: JSON.stringify(body),
      ...(signal !== undefined && { signal }),
    });
  const keep = (sealed: string): void => {
    history = sealed;
    // The version, the key's id and the nonce begin it; what follows is the conversation.
    canaries.mark('chat: sealed conversation', sealed.slice(-120));
  };
  const opened = (await (await post('sessions', { identity })).json()) as Record<string, string>;
  session = opened['session'] ?? '';
  keep(opened['history'] ?? '');
  return {
    post,
    history: () => history,
    async take(path, body) {
      const response = await post(path, { ...body, history });
      const answer = (await response.json()) as Record<string, string>;
      if (response.status !== 200)
        throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}, so nothing is proved`);
      keep(answer['history'] ?? '');
      return answer;
    },
  };
}
