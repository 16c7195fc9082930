import { readFileSync, statSync, type Stats } from 'node:fs';
import { settings, type Config } from '../config.ts';
import { rootKeyFinding } from './root-key-findings.ts';

type FileSetting =
  | 'keyFile'
  | 'nextKeyFile'
  | 'metricsTokenFile'
  | 'zendeskClientSecretFile'
  | 'confluenceClientSecretFile';

const say = (name: keyof typeof settings, sentence: string): string =>
  `${settings[name].variable} ${sentence}`;
const shortestToken = 24;

/** What is wrong with the files a configuration names: missing, readable by others, weak. Never shows what is in them. */
export function fileFindings(config: Config): readonly string[] {
  return [
    ...folderFindings(config),
    ...(config.rootKey === undefined ? secretFile('keyFile', config.keyFile, rootKeyFinding) : []),
    ...secretFile('nextKeyFile', config.nextKeyFile, rootKeyFinding),
    ...secretFile('metricsTokenFile', config.metricsTokenFile, tokenFinding),
    ...secretFile('zendeskClientSecretFile', config.zendeskClientSecretFile, emptyFinding),
    ...secretFile('confluenceClientSecretFile', config.confluenceClientSecretFile, emptyFinding),
    ...certificates('databaseCaFile', config.databaseCaFile),
    ...certificates('redisCaFile', config.redisCaFile),
    ...certificates('egressCaFile', config.egressCaFile),
  ];
}

function folderFindings({ dataDirectory }: Config): readonly string[] {
  const found = look(dataDirectory);
  if (found === undefined) return [];
  if (!found.isDirectory()) return [say('dataDirectory', 'is not a folder.')];
  return isOpen(found) ? [say('dataDirectory', 'can be read by others: chmod 700 the folder.')] : [];
}

function secretFile(
  name: FileSetting,
  path: string | undefined,
  weakness: (text: string) => string | undefined,
): readonly string[] {
  if (path === undefined) return [];
  const found = look(path);
  if (found === undefined)
    return [say(name, 'names a file that is not there; production makes no key by itself.')];
  const text = read(path);
  if (text === undefined) return [say(name, 'names a file that cannot be read.')];
  const weak = weakness(text);
  return [
    ...(isOpen(found) ? [say(name, 'names a file that others can read: chmod 600 it.')] : []),
    ...(weak === undefined ? [] : [say(name, `names a file whose content ${weak}.`)]),
  ];
}

function certificates(
  name: 'databaseCaFile' | 'redisCaFile' | 'egressCaFile',
  path: string | undefined,
): readonly string[] {
  if (path === undefined) return [];
  return read(path)?.includes('-----BEGIN CERTIFICATE-----') === true
    ? []
    : [say(name, 'names no readable file with certificates in PEM form.')];
}

const emptyFinding = (text: string): string | undefined => (text.trim() === '' ? 'is empty' : undefined);
const tokenFinding = (text: string): string | undefined =>
  text.trim().length < shortestToken ? `is shorter than ${shortestToken} characters` : undefined;

const isOpen = (found: Stats): boolean => (found.mode & 0o077) !== 0;

function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
