import { parseArgs } from 'node:util';
import { startConfluenceSimulator } from './confluence/start-confluence-simulator.ts';
import { importTickets } from './content/import-tickets.ts';
import { loadDemoContent } from './content/load.ts';
import { startMailSimulator } from './mail/start-mail-simulator.ts';
import { startProviderSimulator } from './providers/provider-simulator.ts';
import { demoShopOf } from './shop/demo-agent.ts';
import { startShopSimulator } from './shop/start-shop-simulator.ts';
import { startWebSimulator } from './web/start-web-simulator.ts';
import { startZendeskSimulator } from './zendesk/start-zendesk-simulator.ts';

const { values } = parseArgs({
  options: {
    'zendesk-port': { type: 'string', default: '0' },
    'providers-port': { type: 'string', default: '0' },
    'mail-port': { type: 'string', default: '0' },
    'confluence-port': { type: 'string', default: '0' },
    'web-port': { type: 'string', default: '0' },
    // Without a port there is no shop.
    'shop-port': { type: 'string' },
    'sidebar-url': { type: 'string', default: 'http://127.0.0.1:8700/sidebar' },
    tickets: { type: 'string' },
    data: { type: 'string' },
    record: { type: 'boolean', default: false },
    pace: { type: 'string', default: '15' },
  },
});

// What the desk's fault switch means for the providers.
const providerFaults: Readonly<Record<string, string>> = {
  'provider-slow': 'ttft=6000',
  'provider-down': 'status=503',
};

async function accountContent() {
  const shop = await loadDemoContent();
  return values.tickets === undefined ? shop : importTickets({ ...shop, tickets: [] }, values.tickets);
}

try {
  const providers = await startProviderSimulator({
    port: Number(values['providers-port']),
    demo: true,
    record: values.record,
    demoPace: Number(values.pace),
  });
  const confluence = await startConfluenceSimulator({ port: Number(values['confluence-port']) });
  const web = await startWebSimulator({ port: Number(values['web-port']) });
  const shopPort = values['shop-port'];
  const shop = shopPort === undefined ? undefined : await startShopSimulator({ port: Number(shopPort) });
  const { siteUrl, email, apiToken: token } = confluence.simulation;
  const zendesk = await startZendeskSimulator({
    port: Number(values['zendesk-port']),
    content: await accountContent(),
    sidebarUrl: values['sidebar-url'],
    provider: { baseUrl: `${providers.url}/compatible/v1`, apiKey: 'sk-demo', model: 'indesk-demo' },
    knowledge: {
      confluence: { url: confluence.url, siteUrl, email, token },
      webUrl: web.url,
      webCertificate: web.certificate,
    },
    onFaultPreset: (preset) => providers.setFault(providerFaults[preset] ?? ''),
    ...(shop !== undefined && {
      shop: { about: await demoShopOf(shop.url), setWidget: (html) => shop.setWidget(html) },
    }),
    ...(values.data !== undefined && { dataDirectory: values.data }),
  });
  const mail = await startMailSimulator({ outboxPort: Number(values['mail-port']) });
  const stop = (): void => {
    const all = [zendesk, providers, mail, confluence, web, ...(shop === undefined ? [] : [shop])];
    void Promise.all(all.map((simulator) => simulator.close())).then(() => process.exit(0));
  };
  // The launcher holds the other end of the channel; without it nobody needs the simulators.
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(event, stop);
  if (process.send === undefined)
    process.stdout.write(
      `Zendesk ${zendesk.url}\nproviders ${providers.url}\nmail ${mail.url} (${mail.smtpUrl})\nConfluence ${confluence.url}\nweb ${web.url}\n${shop === undefined ? '' : `shop ${shop.url}\n`}`,
    );
  else
    process.send({
      zendeskUrl: zendesk.url,
      providersUrl: providers.url,
      outboxUrl: mail.url,
      smtpUrl: mail.smtpUrl,
      confluenceUrl: confluence.url,
      webUrl: web.url,
      shopUrl: shop?.url,
      webCertificate: web.certificate,
    });
} catch (error) {
  process.stderr.write(`simulators: ${error instanceof Error ? error.message : 'cannot start'}\n`);
  process.exit(1);
}
