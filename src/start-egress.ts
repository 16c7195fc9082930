import { readFileSync } from 'node:fs';
import { createEgress } from './adapters/egress/create-egress.ts';
import { ConfigError, settings, type Config } from './config.ts';
import type { Egress } from './ports/egress.ts';
import { confluenceReturnPath, type ConfluenceClients } from './services/integrations/confluence-clients.ts';
import { zendeskReturnPath, type ZendeskClients } from './services/integrations/zendesk-clients.ts';

/** The way out as the settings describe it. Throws `ConfigError`. */
export function egressOf(
  config: Config,
  sandbox?: {
    readonly zendeskUrl: string;
    readonly providersUrl: string;
    readonly confluenceUrl?: string | undefined;
    readonly webUrl?: string | undefined;
    readonly webCertificate?: string | undefined;
  },
): Egress {
  const simulated =
    sandbox === undefined ? [] : [new URL(sandbox.zendeskUrl).host, new URL(sandbox.providersUrl).host];
  return createEgress({
    allowedPrivate: [...config.allowedPrivate, ...simulated],
    // A private model may be listed above; nothing but the simulator may ever stand in for Zendesk.
    zendeskHosts: simulated.slice(0, 1),
    confluenceHosts: hostsOf(sandbox?.confluenceUrl),
    webHosts: hostsOf(sandbox?.webUrl),
    webCertificate: sandbox?.webCertificate,
    proxy: config.egressProxy,
    certificateAuthorities: readNamedFile('egressCaFile', config.egressCaFile),
  });
}

const hostsOf = (url: string | undefined): readonly string[] =>
  url === undefined ? [] : [new URL(url).host];

/** Where people come back from Zendesk, and the operator's own OAuth client when there is one. Throws `ConfigError`. */
export function zendeskClientsOf(config: Config): ZendeskClients {
  const secret = readNamedFile('zendeskClientSecretFile', config.zendeskClientSecretFile);
  return {
    redirectUri: addressOf(config, zendeskReturnPath),
    globalClient: config.zendeskClientId === undefined ? undefined : { id: config.zendeskClientId, secret },
  };
}

/** Where people come back from Atlassian, and the operator's own app when there is one. Throws `ConfigError`. */
export function confluenceClientsOf(config: Config): ConfluenceClients {
  const secret = readNamedFile('confluenceClientSecretFile', config.confluenceClientSecretFile);
  const id = config.confluenceClientId;
  if (id !== undefined && secret === undefined)
    throw new ConfigError([
      `${settings.confluenceClientSecretFile.variable}: an app at Atlassian always has a secret; name the file with it.`,
    ]);
  return {
    redirectUri: addressOf(config, confluenceReturnPath),
    globalClient: id === undefined || secret === undefined ? undefined : { id, secret },
  };
}

function addressOf(config: Config, path: string): string {
  const address = config.publicUrl ?? `http://${config.host}:${config.port}`;
  return `${address.replace(/\/+$/, '')}${path}`;
}

function readNamedFile(
  name: 'egressCaFile' | 'zendeskClientSecretFile' | 'confluenceClientSecretFile',
  path: string | undefined,
): string | undefined {
  if (path === undefined) return undefined;
  try {
    const text = readFileSync(path, 'utf8').trim();
    if (text !== '') return text;
  } catch {
    // The sentence below says it without the path's text.
  }
  throw new ConfigError([`${settings[name].variable} names no readable file with something in it.`]);
}
