import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import type { HelpDesk } from '../../src/ports/help-desk.ts';
import { openChatHouse } from '../support/chat-house.ts';
import { silent } from '../support/redis.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { zendeskParts } from '../support/zendesk-oauth.ts';

/** Before or after what it writes has reached Zendesk. */
export type Death = 'before' | 'after';

/** A server of conversations that dies at a write to Zendesk; sends its address. */
const [connectionString = '', rootKey = '', zendeskUrl = '', death] = process.argv.slice(2);
const database = await openPostgres({ connectionString, logger: silent });
const { secretBox } = await openTestSecrets(database, parseRootKey(rootKey, 'The test'));
const { ports } = zendeskParts({ database, secretBox, origins: { acme: zendeskUrl } });
const real: HelpDesk = ports.helpDesk;
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const helpDesk: HelpDesk = {
  ...real,
  async createConversationTicket(...args) {
    if (death === 'before') die();
    await real.createConversationTicket(...args);
    die();
    return new Promise(() => {});
  },
  async addConversationNote(...args) {
    if (death === 'before') die();
    await real.addConversationNote(...args);
    die();
    return new Promise(() => {});
  },
};
const engine = { name: 'postgres', available: true, open: async () => database };
const house = await openChatHouse(engine as never, { helpDesk, secretBox });
process.send?.(house.urls[0]);
