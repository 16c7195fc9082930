import { Problem } from '../../src/contract/problem.ts';

/** What the server's answer to the signed opening left in the page. */
export type Boot =
  | { readonly kind: 'session'; readonly token: string }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'none' };

/** Takes the session out of the page, so that it lives in memory only. */
export function takeBoot(page: Document): Boot {
  const token = takeMeta(page, 'indesk-session');
  const problem = takeMeta(page, 'indesk-problem');
  if (token !== null && token !== '') return { kind: 'session', token };
  if (problem === null) return { kind: 'none' };
  return { kind: 'problem', problem: readProblem(problem) };
}

function takeMeta(page: Document, name: string): string | null {
  const metas = page.querySelectorAll(`meta[name="${name}"]`);
  const content = metas[0]?.getAttribute('content') ?? null;
  for (const meta of metas) meta.remove();
  return content;
}

function readProblem(text: string): Problem {
  const refused: Problem = { type: '/problems/sign-in-refused', title: '', status: 401, wayOut: '' };
  try {
    const parsed = Problem.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : refused;
  } catch {
    return refused;
  }
}
