import { readFileSync } from 'node:fs';
import { createEgress } from './adapters/egress/create-egress.ts';
import { ConfigError, settings, type Config } from './config.ts';
import type { Egress } from './ports/egress.ts';
import { zendeskReturnPath, type ZendeskClients } from './services/integrations/zendesk-clients.ts';

/** The way out as the settings describe it. Throws `ConfigError`. */
export function egressOf(
  config: Config,
  sandbox?: { readonly zendeskUrl: string; readonly providersUrl: string },
): Egress {
  const simulated =
    sandbox === undefined ? [] : [new URL(sandbox.zendeskUrl).host, new URL(sandbox.providersUrl).host];
  return createEgress({
    allowedPrivate: [...config.allowedPrivate, ...simulated],
    // A private model may be listed above; nothing but the simulator may ever stand in for Zendesk.
    zendeskHosts: simulated.slice(0, 1),
    proxy: config.egressProxy,
    certificateAuthorities: readNamedFile('egressCaFile', config.egressCaFile),
  });
}

/** Where people come back from Zendesk, and the operator's own OAuth client when there is one. Throws `ConfigError`. */
export function zendeskClientsOf(config: Config): ZendeskClients {
  const address = config.publicUrl ?? `http://${config.host}:${config.port}`;
  const secret = readNamedFile('zendeskClientSecretFile', config.zendeskClientSecretFile);
  return {
    redirectUri: `${address.replace(/\/+$/, '')}${zendeskReturnPath}`,
    globalClient: config.zendeskClientId === undefined ? undefined : { id: config.zendeskClientId, secret },
  };
}

function readNamedFile(
  name: 'egressCaFile' | 'zendeskClientSecretFile',
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
