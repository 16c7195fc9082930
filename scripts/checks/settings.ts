import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '../../src/config.ts';
import { sourceFiles } from './source-rules.ts';

/** How a file reads a setting: `config.name`, or by taking it out of the configuration. */
function readsSetting(text: string, name: string): boolean {
  const takenOut = String.raw`\{[^{}]*\b${name}\b[^{}]*\}`;
  return new RegExp(
    String.raw`\b[cC]onfig\.${name}\b|${takenOut}\s*(?::\s*Config\b|=\s*(?:[\w#.]+\.)?config\b)|Pick<\s*Config,[^>]*'${name}'`,
  ).test(text);
}

/** Settings that no part of the server reads: whoever sets one would believe that it does something. */
export function unreadSettings(
  texts: readonly string[],
  names: readonly string[] = Object.keys(settings),
): string[] {
  return names.filter((name) => !texts.some((text) => readsSetting(text, name)));
}

/** The server's sources, without the configuration itself and the checks of it. */
export function settingReaders(root: string): string[] {
  return sourceFiles(root, ['src'])
    .filter((file) => !/^src\/(?:config\.ts|production-checks\/)|\.(?:type-)?test\.ts$/.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8'));
}
