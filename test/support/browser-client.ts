/** What a browser on the console's own page does: JSON, its cookies, its access token. */
export class BrowserClient {
  readonly #serverUrl: string;
  readonly #cookies = new Map<string, string>();
  #token: string | undefined;

  constructor(serverUrl: string) {
    this.#serverUrl = serverUrl;
  }

  /** A request with everything the page would send; keeps the session an answer brings. */
  async send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: object = {},
  ): Promise<ClientAnswer> {
    const { cookie } = this;
    const response = await fetch(`${this.#serverUrl}${path}`, {
      method,
      headers: {
        'sec-fetch-site': 'same-origin',
        'x-indesk-console': '1',
        ...(method !== 'GET' && { 'content-type': 'application/json' }),
        ...(cookie !== '' && { cookie }),
        ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
      },
      ...(method !== 'GET' && { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const answer = (await response.json()) as Record<string, unknown>;
    if (typeof answer['accessToken'] === 'string') this.#token = answer['accessToken'];
    return {
      status: response.status,
      headers: response.headers,
      body: answer,
      problem: typeof answer['type'] === 'string' ? answer['type'].replace('/problems/', '') : undefined,
    };
  }

  /** The claim `sid` of the access token. */
  get sessionId(): string {
    const [, claims = ''] = (this.#token ?? '').split('.');
    return (JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as { sid?: string }).sid ?? '';
  }

  /** The cookies as a request carries them. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get token(): string {
    return this.#token ?? '';
  }

  /** Forgets the session as a closed tab does, or takes the token of another. */
  use(token: string | undefined): void {
    this.#token = token;
  }
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  /** The slug of a problem; undefined when all went well. */
  readonly problem: string | undefined;
}
