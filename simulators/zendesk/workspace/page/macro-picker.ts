import { button, element, icon, messageOf } from './dom.ts';
import type { Desk } from './desk.ts';
import type { TicketSession } from './session.ts';
import type { Macro } from './types.ts';

/** A button with a searchable list of macros; choosing one fills the draft and the fields, unsent. */
export function createMacroPicker(desk: Desk, session: TicketSession): HTMLElement {
  const { words } = desk;
  let macros: readonly Macro[] | null = null;
  const filter = element('input', {
    type: 'search',
    placeholder: words('Search macros'),
    'aria-label': words('Search macros'),
  });
  const list = element('ul', { class: 'macro-list' });
  const panel = element('div', { class: 'menu macro-menu', hidden: true }, filter, list);
  const toggle = button(
    { class: 'tool wide', 'aria-expanded': 'false' },
    () => setOpen(panel.hidden !== false),
    icon('bolt'),
    words('Macros'),
  );
  const node = element('div', { class: 'macro-picker' }, toggle, panel);
  const setOpen = (open: boolean): void => {
    panel.hidden = !open;
    toggle.setAttribute('aria-expanded', String(open));
    if (!open) return;
    filter.value = '';
    filter.focus();
    void load();
  };
  const apply = async (macro: Macro): Promise<void> => {
    setOpen(false);
    toggle.focus();
    try {
      await session.applyMacro(macro.id);
      desk.toast(`${words('Macro applied, not sent yet')}: ${macro.title}`, 'success');
    } catch (error) {
      desk.toast(messageOf(error), 'error');
    }
  };
  const render = (): void => {
    const wanted = filter.value.trim().toLocaleLowerCase();
    const shown = (macros ?? []).filter((macro) => macro.title.toLocaleLowerCase().includes(wanted));
    const rows = shown.map((macro) =>
      element(
        'li',
        {},
        button(
          { dir: 'auto', title: macro.description ?? '' },
          () => void apply(macro),
          macro.title.replaceAll('::', ' › '),
        ),
      ),
    );
    list.replaceChildren(
      ...(rows.length > 0 ? rows : [element('li', { class: 'quiet' }, words('Nothing here.'))]),
    );
  };
  const load = async (): Promise<void> => {
    if (macros !== null) return render();
    list.replaceChildren(element('li', { class: 'skeleton' }));
    try {
      macros = await desk.api.listMacros();
      render();
    } catch (error) {
      list.replaceChildren(element('li', { class: 'quiet problem' }, messageOf(error)));
    }
  };
  filter.addEventListener('input', render);
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || panel.hidden) return;
    event.stopPropagation();
    setOpen(false);
    toggle.focus();
  });
  node.addEventListener('focusout', (event) => {
    if (event.relatedTarget instanceof Node && !node.contains(event.relatedTarget)) setOpen(false);
  });
  return node;
}
