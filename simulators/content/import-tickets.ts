import type { AccountContent } from './content.ts';
import { checkContent } from './load.ts';
import { readConversations } from './read-conversations.ts';
import type { ReadConversationsOptions } from './read-conversations.ts';

/**
 * Adds the tickets of a JSON-lines file to an account's content, numbered after its own. Throws
 * `ConversationFileError` for a bad file or line and `ContentError` for ids that clash.
 */
export async function importTickets(
  content: AccountContent,
  file: string,
  options: ReadConversationsOptions = {},
): Promise<AccountContent> {
  const imported = await readConversations(file, {
    firstTicketId: nextId(content.tickets, 5_001),
    firstUserId: nextId(content.users, 50_001),
    firstGroupId: nextId(content.groups, 7_101),
    agentId: content.users.find((user) => user.role === 'agent')?.id ?? 9001,
    ...options,
  });
  const agents = new Set(content.users.filter((user) => user.role !== 'end-user').map((user) => user.id));
  const known = new Map(content.groups.map((group) => [group.name, group.id]));
  const renamed = new Map(imported.groups.map((group) => [group.id, known.get(group.name) ?? group.id]));
  const newGroups = imported.groups.filter((group) => !known.has(group.name));
  const answering = new Set(imported.tickets.map((ticket) => ticket.assignee));
  const together: AccountContent = {
    ...content,
    groups: [...content.groups, ...newGroups],
    // Who answers in a queue has to be a member of its group, as in Zendesk.
    users: [
      ...content.users.map((user) =>
        agents.has(user.id) && (user.role === 'admin' || answering.has(user.id))
          ? { ...user, groups: [...new Set([...user.groups, ...imported.groups.map((group) => group.name)])] }
          : user,
      ),
      ...imported.users,
    ],
    tickets: [
      ...content.tickets,
      ...imported.tickets.map((ticket) => ({
        ...ticket,
        group: renamed.get(ticket.group ?? -1) ?? ticket.group,
      })),
    ],
  };
  checkContent(together);
  return together;
}

function nextId(list: readonly { readonly id: number }[], least: number): number {
  return list.reduce((next, item) => (item.id < 1_000_000 ? Math.max(next, item.id + 1) : next), least);
}
