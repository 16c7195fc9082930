/** Everything a caller may be allowed to do, and what it means to the person who grants it. */
export const permissions = {
  'copilot:use': 'Use the copilot beside a ticket',
  'account:enrol': 'Set up the own second factor',
  'account:self': 'Manage the own account: password, second factor, sessions, e-mail',
  'settings:read': 'Read features and settings',
  'settings:write': 'Change features and settings',
  'integrations:read': 'Read the state of Zendesk and AI providers',
  'integrations:write': 'Connect, change and disconnect Zendesk and AI providers',
  'people:read': 'List the people of the subscription',
  'people:write': 'Invite and remove people, change roles, end sessions',
  'usage:read': 'Read usage and cost',
  'audit:read': 'Read the audit log',
  'data:export': 'Export what is stored about the subscription',
  'data:erase': 'Erase the subscription and what belongs to it',
  'subscriptions:read': 'Read subscriptions and their totals',
  'subscriptions:write': 'Create, suspend, renew and limit subscriptions',
  'subscriptions:erase': 'Delete subscriptions for good',
  'operators:read': 'List operators and admin tokens',
  'operators:write': 'Invite operators, generate and revoke admin tokens',
} as const;
export type Permission = keyof typeof permissions;

const ofEveryMember = [
  'account:enrol',
  'account:self',
  'settings:read',
  'integrations:read',
  'usage:read',
] as const;

/** What each role may do. `agent` is a Zendesk agent in the sidebar; `operator` hosts the subscriptions. */
export const roles = {
  agent: ['copilot:use'],
  member: ofEveryMember,
  admin: [
    ...ofEveryMember,
    'settings:write',
    'integrations:write',
    'people:read',
    'people:write',
    'audit:read',
    'data:export',
    'data:erase',
  ],
  operator: [
    'account:enrol',
    'account:self',
    'people:read',
    'people:write',
    'audit:read',
    'usage:read',
    'subscriptions:read',
    'subscriptions:write',
    'subscriptions:erase',
    'operators:read',
    'operators:write',
  ],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;
export type Role = keyof typeof roles;

/** The permissions of a role as a set, made once. */
export const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  agent: new Set(roles.agent),
  member: new Set(roles.member),
  admin: new Set(roles.admin),
  operator: new Set(roles.operator),
};
