import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCommands, unknownCommands } from './commands.ts';

describe('commands in the guides', () => {
  it('exist', async () => {
    expect(await checkCommands(join(import.meta.dirname, '../..'))).toEqual([]);
  });

  it.each([
    '`indesk keys status` and `npm run indesk -- doctor`',
    '```\nsudo indesk connect zendesk --oauth \\\n  --subdomain acme --client-id indesk\n```',
    '```\nindesk provider add --kind openai --model gpt < key.txt\nindesk subscription list | grep acme  # see\n```',
    '```\ncode=$(indesk operator code)\nINDESK_REPLICA=b indesk doctor\n```',
    '`createdb indesk`, `indesk`, `systemctl restart indesk@a`, `psql -d indesk -f roles.sql`, the user indesk doctored',
  ])('are taken for what they are: %j', async (text) => {
    expect(await unknownCommands(text)).toEqual([]);
  });

  it.each([
    ['`indesk keys show`', 'indesk keys show: no such command'],
    ['`npm run indesk -- provider ad`', 'indesk provider ad: no such command'],
    ['```\nsudo indesk subscription make acme\n```', 'indesk subscription make acme: no such command'],
    [
      '```\necho key | indesk provider add --modle x\n```',
      "indesk provider add --modle x: Unknown option '--modle'",
    ],
    ['```\nid=$(indesk subscription ls)\n```', 'indesk subscription ls: no such command'],
    ['```\ntrue && indesk doctor --subscription a \\\n  --fast\n```', "Unknown option '--fast'"],
  ])('are named when they do not exist: %j', async (text, complaint) => {
    expect(await unknownCommands(text)).toEqual([expect.stringContaining(complaint)]);
  });
});
