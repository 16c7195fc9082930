import { it } from 'vitest';
import { openHouse } from '/work/main/test/support/house.ts';
import { chatTickets, shopFurnished } from '/work/main/test/support/demo-shop.ts';
it('tries', async () => {
  const house = await openHouse({ shop: true });
  try {
    const key = await shopFurnished(house);
    const open = await (await fetch(`${house.serverUrl}/v1/chat/${key}/sessions`, { method: 'POST', headers: { origin: house.shopUrl, 'content-type': 'application/json' }, body: JSON.stringify({ locale: 'en' }) })).json() as any;
    let history = open.history;
    const post = async (path: string, body: object) => await (await fetch(`${house.serverUrl}/v1/chat/${key}/${path}`, { method: 'POST', headers: { authorization: `Bearer ${open.session}`, 'content-type': 'application/json', accept: path === 'turns' ? 'text/event-stream' : 'application/json' }, body: JSON.stringify(body) })).text();
    for (const message of ['Can I rent a tent for my order BL-10433?', 'How much is a new pole for my tent?', 'Do you sell kayaks?']) {
      const text = await post('turns', { message, history, locale: 'en' });
      history = text.split('\n\n').filter(Boolean).map((f) => JSON.parse(f.replace(/^data: /, ''))).find((e) => e.type === 'answer').answer.history;
    }
    console.log((await post('hand-off', { history, locale: 'en', contact: { name: 'Ines', email: 'ines@example.com' }, note: 'please call' })).slice(0, 600));
    for (const t of await chatTickets(house)) console.log(JSON.stringify(t, ['id', 'external_id', 'tags', 'comments', 'html_body', 'public', 'group_id', 'status', 'subject'], 1));
    const token = await house.signIn(1001);
    const r = await house.run('ask', { ticketId: 1001, question: 'When can an address be changed after the order?' }, { token });
    console.log(JSON.stringify(r.events.at(-2) ?? r).slice(0, 2500));
    console.log(JSON.stringify(r.events.map((e) => e.type)));
  } finally { await house.close(); }
}, 100000);
