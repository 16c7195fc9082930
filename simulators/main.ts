import { parseArgs } from 'node:util';
import { loadDemoContent } from './content/load.ts';
import { importTickets } from './content/import-tickets.ts';
import { startProviderSimulator } from './providers/start-provider-simulator.ts';
import { startZendeskSimulator } from './zendesk/start-zendesk-simulator.ts';

const { values } = parseArgs({
  options: {
    'zendesk-port': { type: 'string', default: '0' },
    'providers-port': { type: 'string', default: '0' },
    'sidebar-url': { type: 'string', default: 'http://127.0.0.1:8700/sidebar' },
    tickets: { type: 'string' },
    data: { type: 'string' },
  },
});
