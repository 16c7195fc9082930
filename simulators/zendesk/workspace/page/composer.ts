import { button, element, icon } from './dom.ts';
import type { Desk } from './desk.ts';
import { createMacroPicker } from './macro-picker.ts';
import { isBlankHtml } from './rich-text.ts';
import { sanitizeToString } from './sanitize.ts';
import type { TicketSession } from './session.ts';
import { createSubmitButton } from './submit-button.ts';

/** The place where a comment is written, with the submit button. */
export type Composer = {
  readonly node: HTMLElement;
  /** Follows a change of the session; `property` as in `SessionListener`. */
  readonly follow: (property: string) => void;
  readonly focus: (type?: TicketSession['draftType']) => void;
  readonly setBusy: (busy: boolean) => void;
};

/** Builds the composer of one ticket; `onSubmit` gets the status to save with. */
export function createComposer(
  desk: Desk,
  session: TicketSession,
  onSubmit: (status: string) => void,
): Composer {
  const { words } = desk;
  const editor = element('div', {
    class: 'editor',
    contenteditable: 'true',
    role: 'textbox',
    'aria-multiline': 'true',
    dir: 'auto',
    tabindex: 0,
  });
  const types = createTypeSwitch(desk, session);
  const submit = createSubmitButton(desk, session, onSubmit);
  const node = element(
    'section',
    { class: 'composer', 'aria-label': words('Write') },
    types.node,
    editor,
    element(
      'div',
      { class: 'composer-foot' },
      createToolbar(desk, editor),
      createMacroPicker(desk, session),
      element('span', { class: 'spacer' }),
      submit.node,
    ),
  );
  const showDraft = (): void => {
    if (editor.innerHTML !== session.draftHtml) editor.innerHTML = sanitizeToString(session.draftHtml);
    editor.toggleAttribute('data-empty', isBlankHtml(session.draftHtml));
  };
  const showType = (): void => {
    const internal = session.draftType === 'internalNote';
    node.classList.toggle('writes-note', internal);
    const label = internal ? words('Note for colleagues only') : words('Reply to the customer');
    editor.setAttribute('aria-label', label);
    editor.dataset['placeholder'] = label;
    types.show();
  };
  const closed = session.ticket.status === 'closed';
  if (closed) {
    editor.contentEditable = 'false';
    node.classList.add('is-closed');
    node.prepend(
      element('p', { class: 'closed-note' }, words('This ticket is closed and can no longer be changed.')),
    );
  }
  connectEditor(editor, session);
  editor.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit.press();
  });
  showDraft();
  showType();
  return {
    node,
    follow: (property) => {
      if (property === 'comment.text') showDraft();
      if (property === 'comment.type') showType();
      if (property === 'status' || property === 'ticket') submit.show();
    },
    focus: (type) => {
      if (type !== undefined) session.setDraftType(type);
      editor.focus();
    },
    setBusy: submit.setBusy,
  };
}

function connectEditor(editor: HTMLElement, session: TicketSession): void {
  let lastRange: Range | null = null;
  const read = (): void =>
    session.setDraft(isBlankHtml(editor.innerHTML) ? '' : sanitizeToString(editor.innerHTML));
  const remember = (): void => {
    const selection = getSelection();
    if (selection !== null && selection.rangeCount > 0 && editor.contains(selection.anchorNode)) {
      lastRange = selection.getRangeAt(0).cloneRange();
    }
  };
  const insert = (html: string): void => {
    const range =
      lastRange !== null && editor.contains(lastRange.startContainer) ? lastRange : rangeAtEnd(editor);
    const part = range.createContextualFragment(sanitizeToString(html));
    const last = part.lastChild;
    range.deleteContents();
    range.insertNode(part);
    if (last !== null) range.setStartAfter(last);
    range.collapse(true);
    lastRange = range;
    read();
  };
  editor.addEventListener('input', read);
  document.addEventListener('selectionchange', () => {
    if (editor.isConnected) remember();
  });
  editor.addEventListener('paste', (event) => {
    const html = event.clipboardData?.getData('text/html') ?? '';
    const text = event.clipboardData?.getData('text/plain') ?? '';
    event.preventDefault();
    if (html !== '') document.execCommand('insertHTML', false, sanitizeToString(html));
    else document.execCommand('insertText', false, text);
  });
  session.insertAtCursor = insert;
}

function rangeAtEnd(editor: HTMLElement): Range {
  const range = document.createRange();
  range.selectNodeContents(editor);
  range.collapse(false);
  return range;
}

function createTypeSwitch(desk: Desk, session: TicketSession): { node: HTMLElement; show: () => void } {
  const { words } = desk;
  const choice = (type: TicketSession['draftType'], ...label: (Node | string)[]): HTMLButtonElement =>
    button({ class: 'type-choice', 'data-type': type }, () => session.setDraftType(type), ...label);
  const reply = choice('publicReply', words('Public reply'));
  const note = choice('internalNote', icon('lock'), words('Internal note'));
  const node = element(
    'div',
    { class: 'type-switch', role: 'group', 'aria-label': words('Who can read this') },
    reply,
    note,
  );
  const show = (): void => {
    reply.setAttribute('aria-pressed', String(session.draftType === 'publicReply'));
    note.setAttribute('aria-pressed', String(session.draftType === 'internalNote'));
  };
  return { node, show };
}

function createToolbar(desk: Desk, editor: HTMLElement): HTMLElement {
  const { words } = desk;
  const tool = (label: string, action: () => void, face: Node): HTMLButtonElement => {
    const node = button({ class: 'tool', 'aria-label': label, title: label }, action, face);
    // Keeps the selection in the editor while the mouse presses a tool.
    node.addEventListener('mousedown', (event) => event.preventDefault());
    return node;
  };
  const run = (command: string, value?: string): void => {
    editor.focus();
    document.execCommand(command, false, value);
  };
  const link = createLinkForm(desk, run);
  return element(
    'div',
    { class: 'toolbar', role: 'group', 'aria-label': words('Formatting') },
    tool(words('Bold'), () => run('bold'), element('b', {}, 'B')),
    tool(words('Italic'), () => run('italic'), element('i', {}, 'I')),
    tool(words('List'), () => run('insertUnorderedList'), icon('list')),
    tool(words('Link'), link.open, icon('link')),
    link.node,
  );
}

function createLinkForm(
  desk: Desk,
  run: (command: string, value?: string) => void,
): { node: HTMLElement; open: () => void } {
  const { words } = desk;
  let range: Range | null = null;
  const address = element('input', {
    type: 'url',
    placeholder: 'https://',
    'aria-label': words('Link address'),
  });
  const node = element(
    'form',
    { class: 'link-form', hidden: true },
    address,
    element('button', { class: 'small' }, words('Add')),
  );
  const close = (): void => {
    node.hidden = true;
    const selection = getSelection();
    if (range === null || selection === null) return;
    selection.removeAllRanges();
    selection.addRange(range);
  };
  node.addEventListener('submit', (event) => {
    event.preventDefault();
    const url = address.value.trim();
    close();
    if (!/^(?:https?:|mailto:)/i.test(url)) return;
    if (range?.collapsed === true)
      run('insertHTML', sanitizeToString(`<a href="${encodeURI(url)}">${encodeURI(url)}</a>`));
    else run('createLink', url);
  });
  node.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  const open = (): void => {
    const selection = getSelection();
    range = selection !== null && selection.rangeCount > 0 ? selection.getRangeAt(0).cloneRange() : null;
    address.value = '';
    node.hidden = false;
    address.focus();
  };
  return { node, open };
}
