import { createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { HelpDeskConnection } from '../../ports/help-desk.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { hashKey, isSubscriptionKey } from './subscription-key.ts';
import { insertInstallation, lockInstallation } from './subscription-queries.ts';

export interface InstallInput {
  /** The subscription key, from the app's secure settings. */
  readonly key: string;
  /** Signed by Zendesk for this installation of the app. */
  readonly token: string;
  readonly appId: number;
  /** What the installer believes the app's public key to be; refused when Zendesk says another. */
  readonly publicKey?: string | undefined;
}

const oldestSeconds = 15 * 60;
const uniqueViolation = '23505';
const refused = (detail?: string): ProblemError =>
  new ProblemError('install-refused', detail === undefined ? {} : { detail });

/**
 * Binds an installation of the Zendesk app to the subscription of a key. The key names the subscription and proves
 * nothing: the token must be signed with the key Zendesk itself gives for the app, for the account that is connected.
 * Throws `install-refused`, `zendesk-not-connected` or a problem of Zendesk.
 */
export async function installApp(
  call: Call<'database' | 'helpDesk' | 'keyValues' | 'clock' | 'ids'>,
  settings: SettingsReader,
  input: InstallInput,
): Promise<{ readonly installation: string }> {
  const found = isSubscriptionKey(input.key)
    ? await call.ports.database.lookup((functions) => functions.subscriptionByKey(hashKey(input.key)))
    : undefined;
  // One answer for a wrong key and a suspended subscription: a guesser learns nothing.
  if (found === undefined) throw refused();
  const inside = { ...call, subscriptionId: found.subscriptionId };
  try {
    return await claim(inside, settings, input);
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'install-refused') await noteRefusal(inside);
    throw error instanceof ProblemError && error.type === 'subscription-inactive' ? refused() : error;
  }
}

async function claim(
  call: Call<'database' | 'helpDesk' | 'keyValues' | 'clock' | 'ids'>,
  settings: SettingsReader,
  input: InstallInput,
): Promise<{ readonly installation: string }> {
  const { database, helpDesk, ids } = call.ports;
  const { zendesk } = await settings.get(call.subscriptionId);
  if (zendesk === undefined) throw new ProblemError('zendesk-not-connected');
  const audience = readAudience(input.token, zendesk);
  const publicKeyPem = await helpDesk.appPublicKey({ connection: zendesk, signal: call.signal }, input.appId);
  if (input.publicKey !== undefined && !sameKey(input.publicKey, publicKeyPem))
    throw refused('The public key is not the one Zendesk gives for this app.');
  const issuer = `${zendesk.subdomain}.zendesk.com`;
  await verify(call, input.token, { publicKeyPem, audience, issuer });
  try {
    await database.write(
      call,
      { permission: 'public', audit: { action: 'installation.bound', target: audience } },
      async (tx) => {
        if ((await lockInstallation(tx)) !== undefined)
          throw refused('This subscription has an installation already.');
        await insertInstallation(tx, call.subscriptionId, { id: ids.next(), audience, issuer, publicKeyPem });
      },
    );
  } catch (error) {
    const isTaken = error instanceof Error && 'sqlState' in error && error.sqlState === uniqueViolation;
    throw isTaken ? refused('This installation belongs to another subscription.') : error;
  }
  return { installation: audience };
}

/** The installation the token names, which must be one of the connected account's. */
function readAudience(token: string, { subdomain }: HelpDeskConnection): string {
  try {
    const { alg } = decodeProtectedHeader(token);
    const { aud } = decodeJwt(token);
    const base = `https://${subdomain}.zendesk.com/api/v2/apps/installations/`;
    if (alg === 'RS256' && typeof aud === 'string' && aud.startsWith(base)) {
      if (/^\d{1,19}\.json$/.test(aud.slice(base.length))) return aud;
    }
  } catch {
    // Falls through to the same answer.
  }
  throw refused('The signed token is not of the connected Zendesk account.');
}

async function verify(
  { ports }: Call<'keyValues' | 'clock'>,
  token: string,
  expected: { readonly publicKeyPem: string; readonly audience: string; readonly issuer: string },
): Promise<void> {
  let jti: unknown;
  try {
    const { payload } = await jwtVerify(token, await importSPKI(expected.publicKeyPem, 'RS256'), {
      algorithms: ['RS256'],
      audience: expected.audience,
      issuer: expected.issuer,
      clockTolerance: 30,
      maxTokenAge: oldestSeconds,
      currentDate: ports.clock.now(),
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
    });
    jti = payload.jti;
  } catch {
    throw refused('The signed token is forged, expired or meant for somebody else.');
  }
  if (typeof jti !== 'string' || jti.length > 200) throw refused('The signed token has no number.');
  const fresh = await ports.keyValues.setIfAbsent(`install-jti:${expected.audience}:${jti}`, '1', {
    ttlSeconds: oldestSeconds + 60,
  });
  if (!fresh) throw refused('The signed token has been used before.');
}

function sameKey(one: string, other: string): boolean {
  try {
    return createPublicKey(one).equals(createPublicKey(other));
  } catch {
    return false;
  }
}

/** Somebody had the key and not the rest: the subscription's people should see it. */
async function noteRefusal(call: Call<'database'>): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'public', audit: { action: 'installation.refused', outcome: 'refused' } },
    async () => {},
  );
}
