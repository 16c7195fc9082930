// Opens the directory named on the command line, says what it finds, then writes until it is killed.
import { randomUUID } from 'node:crypto';
import { openPglite } from '../../src/adapters/pglite/open-pglite.ts';
import { testDecision } from './calls.ts';

const name = 'writer';
const say = (kind: string, value: unknown) => process.stdout.write(`${JSON.stringify([kind, value])}\n`);

try {
  const database = await openPglite({ directory: process.argv[2] ?? '' });
  const found = await database.lookup((lookups) => lookups.subscriptionIdByName(name));
  const id =
    found ??
    (await database.lookup((lookups) =>
      lookups.createSubscription({ id: randomUUID(), name, plan: 'team' }),
    ));
  const call = { subscriptionId: id, actor: { kind: 'system', id: 'writer' }, requestId: 'r' } as const;
  const rows = await database.read(call, (tx) =>
    tx.selectFrom('app.feature_setting').select('feature').execute(),
  );
  say(
    'found',
    rows.map((row) => row.feature),
  );
  for (;;) {
    const feature = randomUUID();
    await database.write(call, testDecision, (tx) =>
      tx
        .insertInto('app.feature_setting')
        .values({ subscription_id: id, feature, enabled: true, updated_at: new Date() })
        .execute(),
    );
    say('written', feature);
  }
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : 'failed');
  process.exit(3);
}
