import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import type { Readers } from './exercise-console.ts';

/** Marked files and snippets: taken in, replaced, refused, broken off and deleted; their names and titles are marked too. */
export async function exerciseKnowledge(house: House, canaries: Canaries, { admin }: Readers): Promise<void> {
  const must = async (
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: object = {},
  ): Promise<string> => {
    const answer = await admin.send(method, `/v1/knowledge${path}`, body);
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return String(answer.body['id']);
  };
  const newSource = (kind: 'files' | 'snippets'): Promise<string> =>
    must('POST', '/sources', {
      aiAgentId: null,
      inCopilot: true,
      internal: true,
      name: `Guide ${canaries.plant(`knowledge: name of ${kind}`)}`,
      settings: { kind },
    });
  const files = await newSource('files');
  const upload = async (name: string, text: string, signal?: AbortSignal): Promise<string> => {
    const form = new FormData();
    form.append('file', new Blob([text]), name);
    const response = await fetch(`${house.serverUrl}/v1/knowledge/sources/${files}/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${admin.token}`,
        'x-indesk-console': '1',
        'sec-fetch-site': 'same-origin',
      },
      body: form,
      ...(signal !== undefined && { signal }),
    });
    const { detail = '' } = (await response.json()) as { detail?: string };
    return `${response.status} ${detail}`;
  };
  const name = `${canaries.plant('knowledge: file name')}.md`;
  const statuses = [
    await upload(
      name,
      `# ${canaries.plant('knowledge: heading')}\n\n${canaries.plant('knowledge: file')} is text.`,
    ),
    await upload(name, `# Other\n\n${canaries.plant('knowledge: second version')} is text.`),
    await upload(
      `${canaries.plant('knowledge: refused name')}.pdf`,
      canaries.plant('knowledge: refused file'),
    ),
  ];
  if (statuses.map((status) => status.slice(0, 3)).join() !== '200,200,422')
    throw new Error(`uploads ended with ${statuses.join()}`);
  const long = `${canaries.plant('knowledge: broken off')} `.repeat(30_000);
  const breakOff = new AbortController();
  setTimeout(() => breakOff.abort(), 150);
  await upload(`${canaries.plant('knowledge: name of what broke off')}.txt`, long, breakOff.signal).catch(
    () => undefined,
  );
  const snippets = await newSource('snippets');
  const snippet = (channel: string): { title: string; text: string } => ({
    title: canaries.plant(`knowledge: ${channel} title`),
    text: canaries.plant(`knowledge: ${channel} text`),
  });
  const kept = await must('POST', `/sources/${snippets}/snippets`, snippet('snippet'));
  await must('PUT', `/sources/${snippets}/snippets/${kept}`, snippet('changed snippet'));
  const gone = await must('POST', `/sources/${snippets}/snippets`, snippet('deleted snippet'));
  await must('DELETE', `/sources/${snippets}/snippets/${gone}`);
  await admin.send('POST', `/v1/knowledge/sources/${snippets}/snippets`, {
    title: '',
    text: canaries.plant('knowledge: refused snippet'),
  });
  for (const path of [`${files}/files`, `${snippets}/snippets`])
    await admin.send('GET', `/v1/knowledge/sources/${path}`);
}
