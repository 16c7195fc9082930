import { createHash, randomUUID } from 'node:crypto';
import { exportPKCS8, exportSPKI, generateKeyPair, importPKCS8, SignJWT } from 'jose';

/** Key pair of the installed app, as PEM text. */
export type AppKeys = { readonly privateKeyPem: string; readonly publicKeyPem: string };

/** The installation a sidebar token speaks for. */
export type AppInstallation = {
  readonly appId: number;
  readonly installationId: number;
  readonly subdomain: string;
};

/** What the sidebar is opened on. */
export type SidebarVisit = {
  readonly userId: number;
  readonly ticketId: number;
  readonly queryString: string;
};

const TOKEN_LIFETIME_SECONDS = 300;

/** Makes an RS256 key pair. */
export async function createAppKeys(): Promise<AppKeys> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { privateKeyPem: await exportPKCS8(privateKey), publicKeyPem: await exportSPKI(publicKey) };
}

/** The audience of an installation's tokens, always in the spelling of the real service. */
export function audienceOf(installation: AppInstallation): string {
  return `https://${installation.subdomain}.zendesk.com/api/v2/apps/installations/${installation.installationId}.json`;
}

/** Signs the token Zendesk posts to a remote app page; it is good for five minutes. */
export async function signSidebarToken(
  keys: AppKeys,
  installation: AppInstallation,
  visit: SidebarVisit,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const base = `https://${installation.subdomain}.zendesk.com`;
  return await new SignJWT({
    qsh: createHash('sha256').update(visit.queryString).digest('hex'),
    context: { product: 'support', location: 'ticket_sidebar', ticketId: visit.ticketId },
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(`${installation.subdomain}.zendesk.com`)
    .setAudience(audienceOf(installation))
    .setSubject(`${base}/api/v2/users/${visit.userId}.json`)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setNotBefore(now - 1)
    .setExpirationTime(now + TOKEN_LIFETIME_SECONDS)
    .sign(await importPKCS8(keys.privateKeyPem, 'RS256'));
}
