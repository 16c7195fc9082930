import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoShopOf } from './demo-agent.ts';
import { shopTexts } from './render-page.ts';
import { slugs } from './shop-text.ts';
import { startShopSimulator, type ShopSimulator } from './start-shop-simulator.ts';

describe('the demo shop', () => {
  let shop: ShopSimulator;

  beforeAll(async () => {
    shop = await startShopSimulator({ port: 0 });
  });
  afterAll(() => shop.close());

  it('has every page in every language, and each link of a page leads somewhere', async () => {
    const links = new Set<string>();
    for (const { language } of shopTexts)
      for (const slug of slugs) {
        const response = await fetch(`${shop.url}/${language}/${slug}`);
        const page = await response.text();
        expect(response.status).toBe(200);
        expect(page).toContain(`<html lang="${language}">`);
        for (const [, link = ''] of page.matchAll(/href="(\/[^"]*)"/g)) links.add(link);
      }
    expect(links.size).toBeGreaterThan(shopTexts.length * slugs.length - 1);
    for (const link of links) expect((await fetch(`${shop.url}${link}`)).status, link).toBe(200);
    expect((await fetch(`${shop.url}/en/nothing`)).status).toBe(404);
  });

  it('greets in the language of the browser', async () => {
    const start = async (accepted: string): Promise<string | null> =>
      (await fetch(shop.url, { headers: { 'accept-language': accepted }, redirect: 'manual' })).headers.get(
        'location',
      );
    expect(await start('fr-CH, de;q=0.9')).toBe('/de/');
    expect(await start('ja')).toBe('/en/');
  });

  it('shows the chat once there is one, before the end of each page', async () => {
    const page = async (): Promise<string> => (await fetch(`${shop.url}/es/contact`)).text();
    expect(await page()).not.toContain('data-agent');
    shop.setWidget('<script data-agent="key"></script>');
    expect(await page()).toMatch(/<script data-agent="key"><\/script>\s*<\/body>/);
  });

  it('tells of files in all six formats, five of them for the agent', async () => {
    const { sources, aiAgent } = await demoShopOf(shop.url);
    const files = sources.flatMap(({ files: own, ofAgent }) => own.map(({ name }) => ({ name, ofAgent })));
    const formats = files.map(({ name }) => name.split('.').at(-1) ?? '');
    expect(formats.toSorted()).toEqual(['csv', 'docx', 'html', 'md', 'pdf', 'txt']);
    expect(files.filter(({ ofAgent }) => ofAgent)).toHaveLength(5);
    expect(aiAgent.settings['allowedOrigins']).toContain(shop.url);
  });
});
