import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHouse, problemOf, type House } from '../support/house.ts';
import { answerAt } from '../support/zendesk-oauth.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

interface Terminal {
  readonly ended: Promise<number | null>;
  /** Waits until the terminal shows this, and returns all it has shown. */
  shows(pattern: RegExp): Promise<string>;
  type(line: string): void;
}

/** The command line as a person uses it, beside the running server. */
function indesk(...args: readonly string[]): Terminal {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/cli.ts'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', INDESK_DATA_DIR: house.dataDirectory },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    ended: new Promise((resolve) => child.once('close', resolve)),
    shows: async (pattern) => {
      for (const until = Date.now() + 15_000; Date.now() < until;) {
        if (pattern.test(text)) return text;
        await new Promise((done) => setTimeout(done, 50));
      }
      throw new Error(`not shown: ${String(pattern)} in ${text}`);
    },
    type: (line) => void child.stdin.write(`${line}\n`),
  };
}

const summarize = async () =>
  house.run('summarize-ticket', { ticketId: 1001 }, { token: await house.signIn(1001) });
const summarized = (answer: Awaited<ReturnType<typeof summarize>>): boolean =>
  answer.events.some(({ type }) => type === 'output');

it('connects Zendesk by consent at the terminal, works with it through an expiry, and disconnects', async () => {
  const terminal = indesk(
    'connect',
    'zendesk',
    '--oauth',
    '--subdomain',
    'indesk-demo',
    '--client-id',
    'indesk_sandbox_public',
  );
  await terminal.shows(/Client secret/);
  terminal.type('');
  const shown = await terminal.shows(/paste the address/);
  const url = /http:\S+\/oauth\/authorizations\/new\S+/.exec(shown)?.[0] ?? '';
  const address = await answerAt(url);
  expect(address.origin).toBe(house.serverUrl);

  // The page neither finishes what a terminal began, nor uses it up.
  const page = await fetch(address);
  expect(await page.text()).toContain('paste it into the terminal');
  terminal.type(address.href);
  await terminal.shows(/Zendesk is connected: indesk-demo/);
  expect(await terminal.ended).toBe(0);
  expect(summarized(await summarize())).toBe(true);

  await house.sandbox('zendesk', 'POST', 'oauth', { resetCounts: true });
  await house.sandbox('zendesk', 'POST', 'expire-tokens');
  const answers = await Promise.all(Array.from({ length: 8 }, summarize));
  expect(answers.every(summarized)).toBe(true);
  const { grants } = (await house.sandbox('zendesk', 'GET', 'oauth')) as { grants: object };
  expect(grants).toEqual({ refresh_token: { granted: 1, refused: 0 } });

  const again = indesk('disconnect', 'zendesk');
  await again.shows(/the access has ended at Zendesk/);
  expect(problemOf(await summarize())).toBe('zendesk-not-connected');
  const { liveTokens } = (await house.sandbox('zendesk', 'GET', 'oauth')) as { liveTokens: number };
  expect(liveTokens).toBe(0);
});

it('refuses a return that the terminal did not begin', async () => {
  const [mine, other] = [1, 2].map(() =>
    indesk(
      'connect',
      'zendesk',
      '--oauth',
      '--subdomain',
      'indesk-demo',
      '--client-id',
      'indesk_sandbox_public',
    ),
  );
  mine?.type('');
  await mine?.shows(/paste the address/);
  other?.type('');
  const shown = await other?.shows(/paste the address/);
  const url = /http:\S+\/oauth\/authorizations\/new\S+/.exec(shown ?? '')?.[0] ?? '';
  mine?.type((await answerAt(url)).href);
  await mine?.shows(/begun in another browser/);
  expect(await mine?.ended).toBe(1);
  other?.type('nonsense');
  expect(await other?.ended).toBe(1);
});

it('removes a provider by its name', async () => {
  await house.useProvider('openai', 'sk-sim.n=3', { label: 'Second' });
  const removing = indesk('provider', 'remove', '--label', 'Second');
  await removing.shows(/are deleted/);
  const missing = indesk('provider', 'remove', '--label', 'Second');
  await missing.shows(/no provider of that name/);
  expect(await missing.ended).toBe(1);
});

it('holds none of the tokens and secrets of the consent in what the server wrote', () => {
  expect(house.output()).not.toMatch(/[0-9a-f]{64}|refresh_token|code_verifier|client_secret/);
});
