import { BrowserClient } from '../support/browser-client.ts';
import type { House } from '../support/house.ts';

type Answer = Readonly<Record<string, unknown>>;

/** The support lead at the console. */
export interface Lead {
  /** Replaces a setting; throws when it is refused. */
  put(path: string, body: object): Promise<void>;
  /** Any other call; the answer's body. Throws when it is refused. */
  send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer>;
}

/** Invites a lead of the demo account, who accepts and signs in. */
export async function signInLead(house: House, email = 'lead@example.com'): Promise<Lead> {
  const browser = new BrowserClient(house.serverUrl);
  const must: Lead['send'] = async (method, path, body = {}) => {
    const { status, body: answer } = await browser.send(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const invited = await house.control('person-invite', { email, role: 'admin' });
  if (!invited.ok) throw new Error(invited.message);
  const mail = await house.mailTo(email);
  const token = /#[a-z-]+=([A-Za-z0-9_-]{43})\b/.exec(mail.text)?.[1];
  if (token === undefined) throw new Error(`no link in: ${mail.text}`);
  const password = 'violet kettle seventeen';
  await must('POST', '/v1/auth/link', { token });
  await must('POST', '/v1/auth/invitation', { token, password });
  await must('POST', '/v1/auth/sign-in', { email, password });
  return {
    put: async (path, body) => {
      await must('PUT', path, body);
    },
    send: must,
  };
}
