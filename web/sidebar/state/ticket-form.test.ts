import { expect, test } from 'vitest';
import { pathOfField, pathsOfMacro, restoringChanges } from './ticket-form.ts';

test('pathOfField knows what can be set and refuses the rest', () => {
  expect(pathOfField('priority')).toBe('ticket.priority');
  expect(pathOfField('group_id')).toBe('ticket.assignee');
  expect(pathOfField('custom_fields_302')).toBe('ticket.customField:custom_field_302');
  expect(pathOfField('requester_id')).toBeNull();
});

test('pathsOfMacro takes custom fields along', () => {
  expect(pathsOfMacro(['status', 'custom_fields_7'])).toContain('ticket.customField:custom_field_7');
});

test('restoringChanges sets back only what differs, the assignee as one', () => {
  const before = {
    errors: {},
    'ticket.comment.text': '<p>mine</p>',
    'ticket.priority': 'low',
    'ticket.tags': ['a'],
    'ticket.assignee.user': { id: 9001, name: 'Mara' },
    'ticket.assignee.group': null,
  };
  const now = {
    ...before,
    'ticket.comment.text': '<p>mine</p><p>macro</p>',
    'ticket.tags': ['a', 'b'],
    'ticket.assignee.group': { id: 5 },
  };
  expect(restoringChanges(before, now)).toEqual({
    'ticket.comment.text': '<p>mine</p>',
    'ticket.tags': ['a'],
    'ticket.assignee': { userId: 9001, groupId: null },
  });
  expect(restoringChanges(before, before)).toEqual({});
});
