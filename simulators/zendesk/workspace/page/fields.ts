import { button, element, icon, select } from './dom.ts';
import type { Desk } from './desk.ts';
import type { TicketSession } from './session.ts';
import type { FieldValue, Named, TicketField } from './types.ts';

/** The left column of a ticket: who it concerns, where it lies and its fields. */
export type Fields = {
  readonly node: HTMLElement;
  readonly show: () => void;
  /** Hides, shows, locks or unlocks a field on behalf of an app; unknown names throw. */
  readonly setFieldState: (name: string, state: 'show' | 'hide' | 'enable' | 'disable') => void;
};

const CHOICE_TYPES = ['tagger', 'multiselect'];
const CUSTOM_TYPES = [
  ...CHOICE_TYPES,
  'checkbox',
  'text',
  'textarea',
  'integer',
  'decimal',
  'date',
  'regexp',
];
const NUMBER_TYPES = ['integer', 'decimal'];

/** Builds the field column of one ticket. */
export function createFields(desk: Desk, session: TicketSession): Fields {
  const node = element('section', { class: 'fields', 'aria-label': desk.words('Ticket fields') });
  const states = new Map<string, { hidden: boolean; disabled: boolean }>();
  let custom: readonly TicketField[] = [];
  let groups: readonly Named[] = [...session.groups.values()];
  const applyStates = (): void => {
    for (const [name, state] of states) {
      const row = node.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`);
      if (row === null) continue;
      row.hidden = state.hidden;
      for (const control of row.querySelectorAll<HTMLInputElement>('input, select, textarea, button')) {
        control.disabled = state.disabled;
      }
    }
  };
  const show = (): void => {
    const editing = document.activeElement;
    if (editing instanceof HTMLInputElement && editing.type !== 'checkbox' && node.contains(editing)) return;
    const focused = editing instanceof HTMLElement && node.contains(editing) ? editing.id : '';
    node.replaceChildren(
      ...systemRows(desk, session, groups),
      ...custom.map((field) => customRow(session, field)),
    );
    applyStates();
    if (focused !== '') document.getElementById(focused)?.focus();
  };
  void Promise.all([desk.fields(), desk.groups()]).then(([fields, allGroups]) => {
    custom = fields.filter((field) => field.active !== false && CUSTOM_TYPES.includes(field.type));
    groups = allGroups.length > 0 ? allGroups : groups;
    for (const group of groups) session.groups.set(group.id, group);
    show();
  });
  show();
  return {
    node,
    show,
    setFieldState: (name, change) => {
      const row = node.querySelector(`[data-field="${CSS.escape(name)}"]`);
      if (row === null) throw new Error(`There is no field "${name}" on this ticket`);
      const state = states.get(name) ?? { hidden: false, disabled: false };
      if (change === 'show' || change === 'hide') state.hidden = change === 'hide';
      else state.disabled = change === 'disable';
      states.set(name, state);
      applyStates();
    },
  };
}

function systemRows(desk: Desk, session: TicketSession, groups: readonly Named[]): HTMLElement[] {
  const { words } = desk;
  const requester = session.users.get(session.ticket.requester_id);
  const organization = session.organizations.get(session.ticket.organization_id ?? 0);
  const none = ['', '—'] as const;
  const people = new Map(desk.config.agents.map((agent) => [agent.id, agent.name]));
  const assigneeId = session.value('assignee_id');
  if (assigneeId !== null && !people.has(assigneeId)) {
    people.set(assigneeId, session.users.get(assigneeId)?.name ?? `#${assigneeId}`);
  }
  return [
    element(
      'div',
      { class: 'requester', 'data-field': 'requester' },
      element('span', { class: 'field-label' }, words('Requester')),
      element('strong', { dir: 'auto' }, requester?.name ?? words('Unknown person')),
      requester?.email && element('span', { class: 'quiet' }, ...emailPieces(requester.email)),
      organization !== undefined && element('span', { class: 'quiet', dir: 'auto' }, organization.name),
    ),
    choiceRow('group', words('Group'), [none, ...pairs(groups)], text(session.value('group_id')), (value) =>
      session.change('group_id', value === '' ? null : Number(value)),
    ),
    choiceRow('assignee', words('Assignee'), [none, ...entries(people)], text(assigneeId), (value) => {
      const id = value === '' ? null : Number(value);
      const agent = desk.config.agents.find((candidate) => candidate.id === id);
      if (agent !== undefined && !session.users.has(agent.id)) session.users.set(agent.id, agent);
      session.change('assignee_id', id);
    }),
    choiceRow(
      'type',
      words('Type'),
      [none, ...['question', 'incident', 'problem', 'task'].map((type) => [type, words(type)] as const)],
      session.value('type') ?? '',
      (value) => session.change('type', value === '' ? null : value),
    ),
    choiceRow(
      'priority',
      words('Priority'),
      [
        ...(session.ticket.priority === null ? [none] : []),
        ...['low', 'normal', 'high', 'urgent'].map((priority) => [priority, words(priority)] as const),
      ],
      session.value('priority') ?? '',
      (value) => session.change('priority', value === '' ? null : value),
    ),
    tagRow(desk, session),
  ];
}

function choiceRow(
  name: string,
  label: string,
  options: readonly (readonly [string, string])[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  return row(name, label, select({ id: `field-${name}` }, options, value, onChange));
}

function row(name: string, label: string, control: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'field', 'data-field': name },
    element('label', { class: 'field-label', for: control.id }, label),
    control,
  );
}

function tagRow(desk: Desk, session: TicketSession): HTMLElement {
  const { words } = desk;
  const tags = session.value('tags');
  const input = element('input', {
    id: 'field-tags',
    type: 'text',
    placeholder: words('Add a tag'),
    autocomplete: 'off',
  });
  const add = (): void => {
    const added = input.value
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((tag) => tag !== '');
    if (added.length === 0) return;
    input.value = '';
    input.blur();
    session.change('tags', [...new Set([...session.value('tags'), ...added])]);
    document.getElementById('field-tags')?.focus();
  };
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ',') return;
    event.preventDefault();
    add();
  });
  input.addEventListener('change', add);
  const chips = tags.map((tag) =>
    element(
      'li',
      { class: 'chip' },
      element('bdi', {}, tag),
      button(
        { class: 'bare', 'aria-label': `${words('Remove tag')} ${tag}` },
        () =>
          session.change(
            'tags',
            session.value('tags').filter((other) => other !== tag),
          ),
        icon('close'),
      ),
    ),
  );
  return element(
    'div',
    { class: 'field', 'data-field': 'tags' },
    element('label', { class: 'field-label', for: 'field-tags' }, words('Tags')),
    element('div', { class: 'tag-box' }, element('ul', { class: 'chips' }, ...chips), input),
  );
}

function customRow(session: TicketSession, field: TicketField): HTMLElement {
  const name = `custom_field_${field.id}`;
  const id = `field-${name}`;
  const value = session.fieldValue(field.id);
  if (CHOICE_TYPES.includes(field.type)) {
    const options = (field.custom_field_options ?? []).map((option) => [option.value, option.name] as const);
    if (field.type === 'multiselect') return multipleRow(session, field, options);
    return choiceRow(name, field.title, [['', '—'], ...options], text(value), (chosen) =>
      session.changeField(field.id, chosen === '' ? null : chosen),
    );
  }
  const kind = field.type === 'checkbox' ? 'checkbox' : field.type === 'date' ? 'date' : 'text';
  const input = element('input', { id, type: kind, dir: kind === 'text' ? 'auto' : null });
  if (kind === 'checkbox') input.checked = value === true;
  else input.value = text(value);
  input.addEventListener('change', () => session.changeField(field.id, readInput(input, field.type)));
  if (NUMBER_TYPES.includes(field.type)) input.inputMode = 'decimal';
  return row(name, field.title, input);
}

function multipleRow(
  session: TicketSession,
  field: TicketField,
  options: readonly (readonly [string, string])[],
): HTMLElement {
  const value = session.fieldValue(field.id);
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const box = element('select', { id: `field-custom_field_${field.id}`, multiple: true, size: 3 });
  for (const [option, label] of options) {
    const item = element('option', { value: option }, label);
    item.selected = chosen.includes(option);
    box.append(item);
  }
  box.addEventListener('change', () =>
    session.changeField(
      field.id,
      [...box.selectedOptions].map((option) => option.value),
    ),
  );
  return row(`custom_field_${field.id}`, field.title, box);
}

function readInput(input: HTMLInputElement, type: string): FieldValue {
  if (type === 'checkbox') return input.checked;
  if (input.value === '') return null;
  return type === 'integer' ? Math.trunc(Number(input.value)) : input.value;
}

function pairs(items: readonly Named[]): (readonly [string, string])[] {
  return items.map((item) => [String(item.id), item.name] as const);
}

function entries(items: ReadonlyMap<number, string>): (readonly [string, string])[] {
  return [...items].map(([id, name]) => [String(id), name] as const);
}

function text(value: FieldValue): string {
  return value === null ? '' : String(value);
}

/** Lets a long address break at its @ and nowhere else. */
function emailPieces(address: string): (Node | string)[] {
  const at = address.lastIndexOf('@');
  return [address.slice(0, at), element('wbr', {}), address.slice(at)];
}
