/** A one-time link from a mail: what it is for and its token. */
export interface MailLink {
  readonly kind: 'invite' | 'reset';
  readonly token: string;
}

/** Takes the token of a mail's link out of the address, so that it is in no history and no screenshot. */
export function takeLink(location: Location, history: History): MailLink | null {
  const found = /^#(invite|reset)=([A-Za-z0-9_-]{20,200})$/.exec(location.hash);
  const [, kind, token] = found ?? [];
  if (kind === undefined || token === undefined) return null;
  history.replaceState(null, '', location.pathname);
  return { kind: kind === 'reset' ? 'reset' : 'invite', token };
}
