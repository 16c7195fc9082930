import { BrowserClient, type ClientAnswer } from '../support/browser-client.ts';
import type { Canaries } from './canaries.ts';

/** Fields of answers that hold a secret, and the channel it is. */
const secretFields: Readonly<Record<string, string>> = {
  accessToken: 'access token',
  challenge: 'sign-in challenge',
  token: 'admin token',
  key: 'subscription key',
  secret: 'TOTP secret',
};
/** Cookies that hold one. */
const secretCookies: Readonly<Record<string, string>> = {
  rt: 'refresh token',
  device: 'device cookie',
  'indesk-authorization': 'browser secret of an authorisation',
  'indesk-confluence-authorization': 'browser secret of an authorisation',
};

/** A browser on the console that marks every secret it is given. */
export class MarkingBrowser extends BrowserClient {
  readonly #canaries: Canaries;

  constructor(serverUrl: string, canaries: Canaries) {
    super(serverUrl);
    this.#canaries = canaries;
  }

  override async send(...request: Parameters<BrowserClient['send']>): Promise<ClientAnswer> {
    const answer = await super.send(...request);
    for (const [field, channel] of Object.entries(secretFields)) {
      const value = answer.body[field];
      if (typeof value === 'string') this.#canaries.mark(channel, value);
    }
    for (const code of (answer.body['recoveryCodes'] ?? []) as string[])
      this.#canaries.mark('recovery code', code);
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const channel = secretCookies[name];
      if (channel !== undefined && value !== '') this.#canaries.mark(channel, value);
    }
    return answer;
  }

  /** A request that must succeed. */
  async must(...request: Parameters<BrowserClient['send']>): Promise<ClientAnswer> {
    const answer = await this.send(...request);
    if (answer.status !== 200)
      throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }
}
