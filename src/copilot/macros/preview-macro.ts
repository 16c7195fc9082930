import type { MacroPreviewAnswer } from '../../contract/macros.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { MacroPreview, TicketValues } from '../../ports/help-desk-changes.ts';
import type { AccountShape, Macro, Ticket, ZendeskUser } from '../../ports/help-desk.ts';
import { mayUse, restrictionOf } from '../../services/macros/macro-text.ts';
import type { Context } from '../context/catalogue.ts';
import type { ContextReader } from '../context/context-reader.ts';

type Change = MacroPreviewAnswer['changes'][number];
type Names = { readonly account: AccountShape; readonly people: ReadonlyMap<string, string> };

/**
 * What a macro would change in the reader's ticket, from Zendesk's own apply endpoint, for an agent who may see the
 * ticket and use the macro by what Zendesk says now. Throws `ticket-not-allowed`, and `not-found` for a macro that the
 * agent may not use or that is switched off.
 */
export async function previewMacro(
  reader: ContextReader,
  ticketId: number,
  macroId: number,
): Promise<Transient<MacroPreviewAnswer>> {
  const { helpDeskCall, about } = reader;
  // Both rights first: what an agent may not see is not even asked for.
  const [ticket, agent, macro] = await Promise.all([
    reader.need('ticket'),
    reader.need('agent'),
    about.helpDesk.macro(helpDeskCall, macroId),
  ]);
  const allowed = Transient.all([agent, macro]).measure(
    ([user, one]) => one.active && mayUse(restrictionOf(one), user),
  );
  if (!allowed) throw new ProblemError('not-found');
  const [account, preview] = await Promise.all([
    reader.need('account'),
    about.helpDesk.previewMacro(helpDeskCall, ticketId, macroId),
  ]);
  const own = Transient.all([agent, macro, preview]).map(([user, one, changes]) =>
    asAgent(user, one, changes),
  );
  const people = await readPeople(reader, ticket, own);
  return Transient.all([ticket, macro, account, own, people]).map(
    ([{ ticket: now }, one, shape, changes, named]) =>
      answerOf(now, one, changes, { account: shape, people: named }),
  );
}

/** Zendesk worked it out for our connection; what it says of "the current user" is the agent who asks. */
function asAgent(agent: ZendeskUser, { actions }: Macro, preview: MacroPreview): MacroPreview {
  const has = (field: string, value: string): boolean =>
    actions.some((action) => action.field === field && action.value === value);
  const [groupId] = agent.groupIds;
  return {
    ...preview,
    values: {
      ...preview.values,
      ...(has('assignee_id', 'current_user') && { assigneeId: agent.id }),
      ...(has('group_id', 'current_groups') && groupId !== undefined && { groupId }),
    },
  };
}

/** Names of the assignees before and after; an id stands for one whom Zendesk does not name. */
async function readPeople(
  reader: ContextReader,
  ticket: Transient<Context<'ticket'>['ticket']>,
  preview: Transient<MacroPreview>,
): Promise<Transient<ReadonlyMap<string, string>>> {
  const before = ticket.measure(({ ticket: now }) => now.assigneeId ?? 0);
  const after = preview.measure(({ values }) => values.assigneeId ?? 0);
  if (after === 0 || after === before) return Transient.of(new Map());
  const users = await Promise.all(
    [before, after]
      .filter((id) => id !== 0)
      .map((id) =>
        reader.about.helpDesk.user(reader.helpDeskCall, id).then(
          (user) => user.map((one) => [one]),
          (error: unknown) => {
            if (error instanceof ProblemError && error.type === 'zendesk-reconnect-needed') throw error;
            return Transient.of([]);
          },
        ),
      ),
  );
  return Transient.all(users).map((found) => new Map(found.flat().map(({ id, name }) => [String(id), name])));
}

function answerOf(ticket: Ticket, macro: Macro, preview: MacroPreview, names: Names): MacroPreviewAnswer {
  const { values } = preview;
  const tags = values.tags ?? ticket.tags;
  return {
    comment:
      values.comment === undefined ? null : { text: values.comment.body, public: values.comment.public },
    changes: changesOf(ticket, preview, names).filter(({ from, to }) => from?.value !== to?.value),
    tags: {
      added: tags.filter((tag) => !ticket.tags.includes(tag)),
      removed: ticket.tags.filter((tag) => !tags.includes(tag)),
    },
    namesConnection: macro.actions.some(({ value }) => JSON.stringify(value).includes('current_user.')),
  };
}

function changesOf(ticket: Ticket, { values, others }: MacroPreview, names: Names): Change[] {
  const { account, people } = names;
  const groups = new Map(account.groups.map((group) => [String(group.id), group.name]));
  const change = (
    field: string,
    from: unknown,
    to: unknown,
    called?: ReadonlyMap<string, string>,
    title: string | null = null,
  ): Change => ({ field, title, from: valueOf(from, called), to: valueOf(to, called) });
  const given = (field: keyof TicketValues): boolean => values[field] !== undefined;
  return [
    ...(given('type') ? [change('type', ticket.type, values.type)] : []),
    ...(given('priority') ? [change('priority', ticket.priority, values.priority)] : []),
    ...(given('groupId') ? [change('group_id', ticket.groupId, values.groupId, groups)] : []),
    ...(given('assigneeId') ? [change('assignee_id', ticket.assigneeId, values.assigneeId, people)] : []),
    ...(values.customFields ?? []).map(({ id, value }) => {
      const dropDown = account.dropDowns.find((field) => field.id === id);
      const options = new Map(dropDown?.options.map((option) => [option.value, option.name]));
      const before = ticket.customFields.find((field) => field.id === id)?.value;
      return change(`custom_fields_${id}`, before, value, options, dropDown?.title ?? null);
    }),
    ...Object.entries(others).map(([field, value]) =>
      change(field, field === 'status' ? ticket.status : field === 'subject' ? ticket.subject : null, value),
    ),
  ];
}

/** A value with its name; null for what Zendesk leaves empty. */
function valueOf(value: unknown, names?: ReadonlyMap<string, string>): Change['from'] {
  if (value === null || value === undefined || value === '') return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { value: text, name: names?.get(text) ?? text };
}
