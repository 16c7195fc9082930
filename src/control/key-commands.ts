import { z } from 'zod';
import { platformSubscriptionId } from '../kernel/platform.ts';
import { ConsoleSigningKeys } from '../services/sessions/console-signing-keys.ts';
import { findUnopenable } from '../services/secrets/find-unopenable.ts';
import { keyStatus } from '../services/secrets/key-status.ts';
import { removeLostPeople } from '../services/secrets/remove-lost-people.ts';
import { finishRotation, keepRetiredSeconds, rotateDataKey } from '../services/secrets/rotate-data-key.ts';
import type { Program } from '../start.ts';
import type { KeyCommand } from './key-arguments.ts';

type KeyHandler = (program: Program, input: unknown) => Promise<readonly string[]>;

/** How long one command may work on a subscription. */
const longestMs = 6 * 3_600_000;

const RotateInput = z.object({ subscription: z.string().optional(), destroyNow: z.boolean().default(false) });

async function allSubscriptions({ ports }: Program): Promise<readonly string[]> {
  return [platformSubscriptionId, ...(await ports.database.lookup((lookups) => lookups.subscriptionIds()))];
}

async function chosenSubscriptions(program: Program, name: string | undefined): Promise<readonly string[]> {
  if (name === undefined) return allSubscriptions(program);
  const id = await program.ports.database.lookup((lookups) => lookups.subscriptionIdByName(name));
  return id === undefined ? [] : [id];
}

const callOf = (program: Program, subscriptionId: string) =>
  program.operatorCall(subscriptionId, AbortSignal.timeout(longestMs));

async function status(program: Program): Promise<readonly string[]> {
  const roots = await program.ports.keyRing.rootKeys();
  const lines = roots.map(
    ({ fingerprint, state, here }) =>
      `root key ${fingerprint}: ${state}${here ? ', this process has it' : ''}`,
  );
  for (const subscriptionId of await allSubscriptions(program)) {
    for (const key of await keyStatus(callOf(program, subscriptionId)))
      lines.push(
        `${key.opens ? 'ok  ' : 'FAIL'}  ${subscriptionId} data key ${key.id}: ${key.state}, ${key.purpose === 'derive' ? 'for keys of the program' : `${key.values} values, ${key.sealedCount} seals taken`}${key.opens ? '' : ', cannot be opened'}`,
      );
  }
  return lines;
}

async function rotate(program: Program, input: unknown): Promise<readonly string[]> {
  const { subscription, destroyNow } = RotateInput.parse(input);
  const lines: string[] = [];
  for (const subscriptionId of await chosenSubscriptions(program, subscription)) {
    const call = callOf(program, subscriptionId);
    const done = await rotateDataKey(call, destroyNow ? 0 : keepRetiredSeconds);
    if (done.kept > 0)
      await program.ports.database.write(
        call,
        { permission: 'system:keys', audit: { action: 'data-key.rotation-queued' } },
        (tx) =>
          program.ports.jobs.enqueue(
            tx,
            call,
            'keys.finish-rotation',
            {},
            { delaySeconds: keepRetiredSeconds + 300 },
          ),
      );
    program.settings.forget(subscriptionId);
    lines.push(
      `${done.unopenable > 0 ? 'FAIL' : 'ok  '}  ${subscriptionId}: ${done.values} values sealed anew, ${done.destroyed} old keys destroyed, ${done.kept} kept${done.unopenable > 0 ? `, ${done.unopenable} values do not open (npm run indesk -- doctor)` : ''}`,
    );
  }
  return lines.length === 0 ? ['FAIL  There is no subscription of that name.'] : lines;
}

async function finish(program: Program): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const subscriptionId of await allSubscriptions(program)) {
    const { values, destroyed, kept } = await finishRotation(callOf(program, subscriptionId));
    lines.push(
      `${subscriptionId}: ${values} values sealed anew, ${destroyed} old keys destroyed, ${kept} kept`,
    );
  }
  return lines;
}

async function rewrap(program: Program): Promise<readonly string[]> {
  const ids = await allSubscriptions(program);
  const count = await program.ports.keyRing.rewrap(callOf(program, platformSubscriptionId), ids);
  return [
    `${count} data keys are wrapped under a new master key. The root key before the present one opens nothing any more.`,
  ];
}

async function rotateJwt(program: Program): Promise<readonly string[]> {
  const keys = new ConsoleSigningKeys(program.ports, program.config.accessTokenMinutes);
  const { id } = await keys.rotate(callOf(program, platformSubscriptionId));
  return [`Access tokens of the console are signed with ${id} in 15 seconds. Nobody has to sign in again.`];
}

/** What cannot be opened, for `doctor` and after a lost root key. */
export async function unopenableLines(program: Program, subscriptionId: string): Promise<readonly string[]> {
  const found = await findUnopenable(callOf(program, subscriptionId));
  return found.map(
    ({ table, column, count, rows }) =>
      `FAIL  ${count} of ${table}.${column} cannot be opened: ${rows.join(', ')}${count > rows.length ? ', …' : ''}. ${wayOut[table] ?? 'Enter it again.'}`,
  );
}

const wayOut: Readonly<Record<string, string>> = {
  zendesk_connection: 'Connect Zendesk again.',
  confluence_connection: 'Connect Confluence again.',
  provider_connection: 'Add the provider again.',
  feature_setting: 'Write the instructions again or reset them; the feature is off until then.',
};

async function startOver(program: Program): Promise<readonly string[]> {
  const lines = ['There is a new master key. What was sealed under the lost root key stays shut:'];
  for (const subscriptionId of await allSubscriptions(program)) {
    const people = await removeLostPeople(callOf(program, subscriptionId));
    if (people > 0)
      lines.push(
        `- ${people} accounts are removed: their addresses are lost. ${subscriptionId === platformSubscriptionId ? 'The next start shows a code for a first operator.' : 'Invite the people again.'} (${subscriptionId})`,
      );
    lines.push(
      ...(await unopenableLines(program, subscriptionId)).map((line) => `${line} (${subscriptionId})`),
    );
  }
  return lines.map((line) => line.replace(/^FAIL {2}/, '- '));
}

/** Commands about keys; they concern every subscription unless one is named. */
export const keyHandlers: Readonly<Record<KeyCommand, KeyHandler>> = {
  'keys-status': status,
  'keys-rotate': rotate,
  'keys-finish': finish,
  'keys-rewrap': rewrap,
  'keys-rotate-jwt': rotateJwt,
  'keys-start-over': startOver,
};
