import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserClient } from '../support/browser-client.ts';
import { makeDocx, paragraph } from '../support/documents/make-docx.ts';
import { makePdf, textPage } from '../support/documents/make-pdf.ts';
import { deflatedMebibytes, makeZip } from '../support/documents/make-zip.ts';
import { openHouse, type House } from '../support/house.ts';
import { startProcess } from '../support/house-processes.ts';
import { growthDuring } from '../support/resident-memory.ts';

/** MiB. The server takes a file of 10 MiB in, hands it on and lets it go; every bomb here unpacks to 1 GiB. */
const mostGrowth = 120;
const gibibyte = 1024 * 1024 * 1024;
const spaces = (): Buffer => deflatedMebibytes(1_024, 0x20);
const pdf = makePdf([textPage(['Some text.'])]);

const cases: readonly (readonly [string, string, () => Uint8Array, RegExp])[] = [
  [
    'a part of 1 GiB in a Word document',
    'bomb.docx',
    () => makeDocx(paragraph('x'), [{ name: 'word/x.xml', data: spaces(), unpacked: gibibyte }]),
    /This file holds far more than its size says/,
  ],
  [
    'a part that says it is small',
    'small.docx',
    () =>
      makeDocx(paragraph('x'), [{ name: 'word/x.xml', data: spaces(), unpacked: gibibyte, declared: 500 }]),
    /This file holds far more than its size says/,
  ],
  [
    'a page of 1 GiB in a PDF',
    'bomb.pdf',
    () =>
      makePdf([[]], {
        content: {
          dictionary: '/Filter /FlateDecode',
          data: Buffer.concat([Buffer.from([0x78, 0xda]), spaces()]),
        },
      }),
    /./,
  ],
  ['a CSV of a million columns', 'bomb.csv', () => Buffer.from(`${'a,'.repeat(1_000_000)}a\n`), /./],
  [
    'a page nested without end',
    'bomb.html',
    () => Buffer.from(`<html><body>${'<div>'.repeat(1_000_000)}x`),
    /./,
  ],
  [
    'a PDF that is a ZIP too',
    'both.pdf',
    () => Buffer.concat([pdf, makeZip([{ name: 'x', data: 'x' }])]),
    /What is in this file is not what its name says/,
  ],
  [
    'a page named as text',
    'page.txt',
    () => Buffer.from('<!DOCTYPE html><script>x</script>'),
    /What is in this file is not what its name says/,
  ],
];

describe.runIf(process.platform === 'linux')('files that mean harm, uploaded to a running server', () => {
  let house: House;
  let sourceId: string;
  const admin = { token: '' };

  const upload = async (name: string, bytes: Uint8Array): Promise<{ status: number; detail: string }> => {
    const form = new FormData();
    form.append('file', new Blob([bytes as never]), name);
    const response = await fetch(`${house.serverUrl}/v1/knowledge/sources/${sourceId}/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${admin.token}`,
        'x-indesk-console': '1',
        'sec-fetch-site': 'same-origin',
      },
      body: form,
    });
    const { detail = '' } = (await response.json()) as { detail?: string };
    return { status: response.status, detail };
  };

  beforeAll(async () => {
    house = await openHouse();
    const email = 'lead@example.com';
    const password = 'violet kettle seventeen';
    const invited = await house.control('person-invite', { email, role: 'admin' });
    if (!invited.ok) throw new Error(invited.message);
    const mail = await house.mailTo(email);
    const token = /#[a-z-]+=([A-Za-z0-9_-]{43})\b/.exec(mail.text)?.[1] ?? '';
    const browser = new BrowserClient(house.serverUrl);
    await browser.send('POST', '/v1/auth/invitation', { token, password });
    await browser.send('POST', '/v1/auth/sign-in', { email, password });
    admin.token = browser.token;
    const made = await browser.send('POST', '/v1/knowledge/sources', {
      aiAgentId: null,
      inCopilot: true,
      internal: true,
      name: 'Guide',
      settings: { kind: 'files' },
    });
    sourceId = String(made.body['id']);
    // What is loaded and grown once is no growth of a later file.
    for (let at = 0; at < 3; at += 1) await upload('large.txt', Buffer.alloc(9 * 1024 * 1024, 'word '));
    expect((await upload('guide.pdf', pdf)).status).toBe(200);
  }, 120_000);
  afterAll(() => house?.close());

  it.each(cases)(
    'S104, S105: %s is refused in plain words, and the memory of the server stays as it was',
    async (_what, name, make, words) => {
      const bytes = make();
      const growth = await growthDuring(house.serverPid, async () => {
        const { status, detail } = await upload(name, bytes);
        expect(status).toBe(422);
        expect(detail).toMatch(words);
        expect(detail).toMatch(/^[A-Z].+\. [A-Z].+\.$/);
      });
      expect(growth).toBeLessThan(mostGrowth);
    },
    60_000,
  );

  it('S105: the server reads the next file', async () => {
    expect((await upload('guide.pdf', makePdf([textPage(['Other text.'])]))).status).toBe(200);
  });

  it('the measure sees a program that unpacks a bomb itself', async () => {
    const packed = deflatedMebibytes(512, 0x20).toString('base64');
    const { child } = await startProcess('test/journeys/bomb-unpacker.ts', [], {}, {});
    const growth = await growthDuring(child.pid ?? 0, async () => {
      const done = once(child, 'message');
      child.send(packed);
      expect((await done)[0]).toEqual({ length: 512 * 1024 * 1024 });
    });
    expect(growth).toBeGreaterThan(mostGrowth);
  }, 60_000);
});
