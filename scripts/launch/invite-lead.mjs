import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whose console the sandbox shows; nobody outside of it has this address. */
export const demoLead = 'lead@brookline.example';

/**
 * Invites the support lead of the sandbox and waits for the mail; returns the one-time link. Undefined when they were
 * invited at an earlier start, or no mail comes.
 */
export async function inviteLead({ root, node, environment, outbox }) {
  const { status } = spawnSync(
    node,
    ['--disable-warning=ExperimentalWarning', 'src/cli.ts', 'invite', '--email', demoLead, '--role', 'admin'],
    { cwd: root, env: { ...process.env, ...environment }, stdio: 'ignore', timeout: 20_000 },
  );
  if (status !== 0) return undefined;
  for (let tries = 0; tries < 20; tries += 1) {
    const response = await fetch(new URL(`/_sandbox/mails?to=${encodeURIComponent(demoLead)}`, outbox));
    const { mails } = await response.json();
    const [link] = mails.flatMap(({ text }) => /https?:\/\/\S+#invite=[\w-]+/.exec(text)?.[0] ?? []);
    if (link !== undefined) return link;
    await sleep(250);
  }
  return undefined;
}
