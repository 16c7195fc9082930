// Opens the database as the server does, in the directory named on the command line, and ends its thread.
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/start-database.ts';

const ended: (() => Promise<number>)[] = [];
process.on('worker', (worker) => ended.push(() => worker.terminate()));
await openDatabase(readConfig({ INDESK_DATA_DIR: process.argv[2] }), createLogger({ level: 'silent' }));
setTimeout(() => process.exit(7), 5_000);
for (const end of ended) await end();
