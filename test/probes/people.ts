import type { Call } from '../../src/ports/call.ts';
import type { AccountRole } from '../../src/ports/schema/accounts.ts';
import { insertAccount } from '../../src/services/accounts/account-queries.ts';
import { emailBinding, emailHash } from '../../src/services/accounts/email-address.ts';
import { hashPassword } from '../../src/services/accounts/password-hash.ts';
import { setLinkToken, openLink } from '../../src/services/links/link-queries.ts';
import { hashToken, makeLinkToken } from '../../src/services/links/link-token.ts';
import type { LinkKind } from '../../src/contract/links.ts';
import { fromBase32 } from '../../src/services/mfa/base32.ts';
import { beginSecondFactor, confirmSecondFactor } from '../../src/services/mfa/enrol-second-factor.ts';
import { counterAt, totpCode } from '../../src/services/mfa/totp.ts';
import type { IssuedSession } from '../../src/services/sessions/console-sessions.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { texts, unique } from './samples.ts';
import type { World } from './world.ts';

export const decision = { permission: 'test:write', audit: { action: 'test.prepared' } } as const;

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly role: AccountRole;
}

/** A call of the command line inside a subscription. */
export function callIn(world: World, subscriptionId: string): Call<keyof Ports> {
  return {
    subscriptionId,
    actor: { kind: 'operator', id: 'command-line' },
    requestId: world.ports.ids.next(),
    signal: AbortSignal.timeout(60_000),
    ports: world.ports,
  };
}

// Hashing takes a tenth of a second, so people of one password share the hash.
const hashes = new Map<string, Promise<string>>();
const passwordHash = (password: string): Promise<string> => {
  const known = hashes.get(password) ?? hashPassword(password);
  hashes.set(password, known);
  return known;
};

/** An active person, made without the work of an invitation; `domain` is where their address is. */
export async function addPerson(
  world: World,
  subscriptionId: string,
  {
    role,
    domain,
    password = String(texts['password']),
  }: { role: AccountRole; domain: string; password?: string },
): Promise<Person> {
  const { secretBox, ids, database } = world.ports;
  const id = ids.next();
  const email = `person-${unique()}@${domain}`;
  const account = {
    subscriptionId,
    id,
    role,
    status: 'active',
    email: await secretBox.seal(email, emailBinding(subscriptionId, id)),
    emailHash: emailHash(secretBox, email),
    passwordHash: await passwordHash(password),
  } as const;
  await database.write(callIn(world, subscriptionId), decision, (tx) => insertAccount(tx, account));
  return { id, email, role };
}

/** Signs a person in without asking for anything. */
export async function beginSession(
  world: World,
  subscriptionId: string,
  person: Pick<Person, 'id' | 'role'>,
): Promise<IssuedSession> {
  const call = callIn(world, subscriptionId);
  const opening = world.context.consoleSessions.opening(call, person, { device: 'Firefox on Linux' });
  await world.ports.database.write(call, decision, (tx) => opening.store(tx));
  return opening.issue();
}

/** Switches the second factor of a person on; gives the secret and the code of the next step. */
export async function addSecondFactor(
  world: World,
  subscriptionId: string,
  person: Person,
  sessionId: string,
): Promise<{ readonly nextCode: () => string }> {
  const call = callIn(world, subscriptionId);
  const { secret } = await beginSecondFactor(call, person.id);
  const codeAt = (steps: number): string =>
    totpCode(fromBase32(secret), counterAt(world.ports.clock.now().getTime()) + steps);
  await confirmSecondFactor(call, world.context.consoleSessions, {
    accountId: person.id,
    sessionId,
    code: codeAt(0),
  });
  return { nextCode: () => codeAt(1) };
}

/** The code that confirms a factor a person has begun to set up. */
export async function beginFactor(world: World, subscriptionId: string, person: Person): Promise<string> {
  const { secret } = await beginSecondFactor(callIn(world, subscriptionId), person.id);
  return totpCode(fromBase32(secret), counterAt(world.ports.clock.now().getTime()));
}

/** Opens a link and gives the token its mail would bring. */
export async function openLinkFor(
  world: World,
  subscriptionId: string,
  accountId: string,
  kind: LinkKind,
): Promise<string> {
  const { database, ids } = world.ports;
  const token = makeLinkToken();
  await database.write(callIn(world, subscriptionId), decision, async (tx) => {
    const id = await openLink(tx, { subscriptionId, id: ids.next(), accountId, kind });
    await setLinkToken(tx, id, hashToken(token));
  });
  return token;
}
