import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createEgress } from '../../../src/adapters/egress/create-egress.ts';
import { readAllowance } from '../../../src/adapters/zendesk/rate-limits.ts';
import { reveal } from '../../../src/kernel/reveal.ts';
import type { Transient } from '../../../src/kernel/transient.ts';
import { startScriptedZendesk, type ScriptedZendesk } from './scripted-zendesk.ts';

const folder = fileURLToPath(new URL('../../../../shared/specs/fixtures/', import.meta.url));
const present =
  existsSync(`${folder}zendesk-oas-examples.json`) && existsSync(`${folder}zendesk-recorded-http.json`);
const reason = present ? '' : ' (skipped: Zendesk documentation is not kept in this repository)';
const read = <T>(name: string): T => JSON.parse(readFileSync(folder + name, 'utf8')) as T;

const shown = <T>(content: Transient<T>): T => reveal(content, 'reply');

describe.skipIf(!present)(`the examples of Zendesk's own documentation${reason}`, () => {
  const running: ScriptedZendesk[] = [];
  afterEach(() => Promise.all(running.splice(0).map((zendesk) => zendesk.close())));

  const serve = async (answers: Readonly<Record<string, string>>): Promise<ScriptedZendesk> => {
    const examples = read<Record<string, unknown>>('zendesk-oas-examples.json');
    const zendesk = await startScriptedZendesk(
      (host) => createEgress({ allowedPrivate: [], zendeskHosts: [host] }),
      ({ url }) => {
        const name = answers[url.pathname.replace('/api/v2/', '')];
        return name === undefined ? undefined : { body: examples[name] };
      },
    );
    running.push(zendesk);
    return zendesk;
  };

  it('of a ticket and its comments are read', async () => {
    const zendesk = await serve({
      'tickets/35436': 'TicketResponseExample',
      'tickets/35436/comments': 'TicketCommentsResponseExample',
    });
    const content = shown(await zendesk.helpDesk.ticketWithComments(zendesk.call(), 35436));
    expect(content.ticket).toMatchObject({ id: 35436, status: 'open', priority: 'high' });
    expect(content.comments).toHaveLength(1);
    expect(content.comments[0]?.text).toContain('Thanks for your help!');
  });

  it('of audits are read', async () => {
    const zendesk = await serve({ 'tickets/1/audits': 'TicketAuditsForTicketResponseExample' });
    const audits = shown(await zendesk.helpDesk.audits(zendesk.call(), 1));
    expect(audits.length).toBeGreaterThan(0);
    expect(audits[0]?.changes).toEqual([
      { field: 'status', from: 'new', to: 'open' },
      { field: 'custom_status_id', from: '1', to: '123' },
    ]);
    expect(JSON.stringify(audits)).not.toMatch(/private comment|San Francisco/);
  });

  it('of macros are read, active ones only', async () => {
    const zendesk = await serve({ macros: 'MacrosResponseExample' });
    expect(shown(await zendesk.helpDesk.macros(zendesk.call()))).toMatchObject([
      { id: 25, active: true, restriction: null },
    ]);
  });

  it('of a user are read', async () => {
    const zendesk = await serve({
      'users/35436': 'CurrentUserResponseExample',
      'users/35436/group_memberships': 'GroupMembershipsResponseExample',
    });
    const user = shown(await zendesk.helpDesk.user(zendesk.call(), 35436));
    expect(user).toMatchObject({
      id: 35436,
      role: 'agent',
      ticketRestriction: 'assigned',
      organizationId: 57542,
      groupIds: [12, 3],
    });
    expect(JSON.stringify(user)).not.toContain('@example.com');
  });
});

describe.skipIf(!present)(`recorded answers${reason}`, () => {
  it('have their allowance read from the headers they came with', () => {
    const recorded = read<{ headers: Record<string, string> }[]>('zendesk-recorded-http.json').filter(
      (entry) => 'rate-limit' in entry.headers,
    );
    expect(recorded.length).toBeGreaterThan(0);
    for (const { headers } of recorded) {
      expect(readAllowance(new Headers(headers))).toEqual({
        remaining: Number(headers['rate-limit-remaining']),
        resetSeconds: Number(headers['rate-limit-reset']),
      });
    }
  });
});
