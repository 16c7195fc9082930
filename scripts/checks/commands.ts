import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commandOptions, isCommand } from '../../src/control/command-line.ts';

/** Every command line of a document's code, with the lines joined that end in a backslash. */
function codeLines(text: string): readonly string[] {
  const blocks: string[] = [];
  const prose = text.replace(/^```[^\n]*\n([\s\S]*?)^```/gm, (_block, code: string) => {
    blocks.push(...code.replaceAll(/\\\n\s*/g, ' ').split('\n'));
    return '';
  });
  return [...blocks, ...[...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')];
}

/** The words after `indesk` where it is the command that runs; what the shell makes of them is taken off. */
function calls(line: string): readonly (readonly string[])[] {
  return line
    .replace(/(?:^|\s)#.*$/, '')
    .split(/\|\|?|&&|;|\$\(/)
    .flatMap((part) => {
      const call =
        /^\s*(?:sudo\s+(?:-u\s+\S+\s+)?)?(?:\w+=\S+\s+)*(?:npm run indesk --|indesk)((?:\s+(?:"[^"]*"|'[^']*'|\S+))*)\s*$/.exec(
          part.replace(/\s+[<>]{1,2}\s*\S+/g, ''),
        );
      const words = call?.[1]?.match(/"[^"]*"|'[^']*'|[^\s)]+/g);
      return words === undefined || words === null
        ? []
        : [words.map((word) => word.replace(/^["']|["']$/g, ''))];
    });
}

/** What is wrong with the commands a text shows: no such command, or an option that there is not. */
export async function unknownCommands(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const words of codeLines(text).flatMap(calls)) {
    const shown = `indesk ${words.join(' ')}`;
    try {
      const { values, positionals } = parseArgs({
        args: words.filter((word) => word !== '…'),
        options: commandOptions,
        allowPositionals: true,
      });
      if (values.help !== true && !(await isCommand(positionals, values)))
        found.push(`${shown}: no such command`);
    } catch (error) {
      found.push(`${shown}: ${error instanceof Error ? error.message : 'cannot be read'}`);
    }
  }
  return found;
}

/** Commands in the guides that the command line does not know. */
export async function checkCommands(root: string): Promise<readonly string[]> {
  const folder = join(root, 'docs', 'guides');
  const files = readdirSync(folder).filter((file) => file.endsWith('.md'));
  const found = await Promise.all(
    files.map(async (file) =>
      (await unknownCommands(readFileSync(join(folder, file), 'utf8'))).map(
        (problem) => `docs/guides/${file} names ${problem}`,
      ),
    ),
  );
  return found.flat();
}
