import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { toProblem } from '../../src/kernel/problem-error.ts';
import type { HelpDeskConnection } from '../../src/ports/help-desk.ts';
import type { ZendeskOAuth } from '../../src/ports/zendesk-oauth.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { zendeskParts } from '../support/zendesk-oauth.ts';

/** What the parent says once, and then at every round. */
export interface RefresherSetUp {
  readonly connectionString: string;
  readonly rootKey: string;
  readonly zendeskUrl: string;
  readonly leaseSeconds: number;
}
export interface Round {
  readonly connection: HelpDeskConnection;
  readonly callers: number;
  /** Where this process kills itself: between lease and request, or between answer and commit. */
  readonly die?: 'before-request' | 'after-answer';
}
export interface RoundResult {
  /** The last characters of the tokens that callers got, and the problems of those that got none. */
  readonly got: readonly string[];
  readonly slowestMs: number;
}

const killed = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

let die: Round['die'];
const deadly = (real: ZendeskOAuth): ZendeskOAuth => ({
  ...real,
  refresh: async (...request) => {
    if (die === 'before-request') return killed();
    const pair = await real.refresh(...request);
    return die === 'after-answer' ? killed() : pair;
  },
});

let ready: Promise<ReturnType<typeof zendeskParts>> | undefined;

async function setUp({ connectionString, rootKey, zendeskUrl, leaseSeconds }: RefresherSetUp) {
  const database = await openPostgres({ connectionString, logger: createLogger({ level: 'silent' }) });
  const { secretBox } = await openTestSecrets(database, parseRootKey(rootKey, 'The test'));
  return zendeskParts({ database, secretBox, leaseSeconds, origins: { acme: zendeskUrl }, around: deadly });
}

async function run({ connection, callers, die: where }: Round): Promise<RoundResult> {
  die = where;
  const { tokens } = await (ready ?? Promise.reject(new Error('not set up')));
  let slowestMs = 0;
  const got = await Promise.all(
    Array.from({ length: callers }, async () => {
      const begun = performance.now();
      const outcome = await tokens.get(connection).then(
        (token) => token.slice(-12),
        (error: unknown) => toProblem(error).type,
      );
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      return outcome;
    }),
  );
  return { got, slowestMs };
}

process.on('message', (message: RefresherSetUp | Round) => {
  if ('connectionString' in message) {
    ready = setUp(message);
    void ready.then(() => process.send?.({ ready: true }));
  } else void run(message).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));
