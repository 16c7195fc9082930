import type { WidgetStrings } from '../strings/en.ts';
import type { Contact } from './client.ts';
import { make } from './dom.ts';

export interface ContactForm {
  readonly element: HTMLFormElement;
  focus(): void;
  /** While it is being sent, nothing in it can be changed. */
  lock(locked: boolean): void;
}

const address = /^[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().]{2,}$/;

/** Asks how a person can answer. What was typed stays until it has been taken. */
export function createContactForm(
  words: WidgetStrings,
  /** People are there; null: nobody has said when they are. */
  open: boolean | null,
  onSend: (contact: Contact) => void,
  onCancel: () => void,
): ContactForm {
  const field = (id: string, label: string, properties: Partial<HTMLInputElement>) => {
    const input = make('input', { id, required: true, ...properties, aria: { describedby: `${id}-wrong` } });
    const wrong = make('p', { id: `${id}-wrong`, className: 'wrong' });
    return {
      input,
      wrong,
      row: make('div', { className: 'field' }, make('label', { htmlFor: id }, label), input, wrong),
    };
  };
  const name = field('contact-name', words.name, {
    type: 'text',
    autocomplete: 'name',
    maxLength: 200,
    dir: 'auto',
  });
  const email = field('contact-email', words.email, {
    type: 'email',
    autocomplete: 'email',
    maxLength: 320,
    dir: 'ltr',
  });
  const send = make('button', { type: 'submit', className: 'primary' }, words.contactSend);
  const cancel = make('button', { type: 'button', className: 'plain', onclick: onCancel }, words.cancel);

  const judge = ({ input, wrong }: typeof name, complaint: string | null): boolean => {
    wrong.textContent = complaint ?? '';
    input.setAttribute('aria-invalid', String(complaint !== null));
    return complaint === null;
  };
  const element = make(
    'form',
    {
      className: 'contact',
      noValidate: true,
      aria: { labelledby: 'contact-title' },
      onsubmit: (event: SubmitEvent) => {
        event.preventDefault();
        const contact = { name: name.input.value.trim(), email: email.input.value.trim() };
        const hasName = judge(name, contact.name === '' ? words.nameMissing : null);
        const hasEmail = judge(email, address.test(contact.email) ? null : words.emailWrong);
        if (hasName && hasEmail) onSend(contact);
        else {
          element.scrollIntoView({ block: 'end' });
          (hasName ? email : name).input.focus();
        }
      },
    },
    make('h2', { id: 'contact-title' }, words.contactTitle),
    open === false && make('p', { className: 'small' }, words.closedNow),
    name.row,
    email.row,
    make('div', { className: 'row' }, send, cancel),
  );
  return {
    element,
    focus: () => name.input.focus(),
    lock: (locked) => {
      for (const control of [name.input, email.input, send, cancel]) control.disabled = locked;
    },
  };
}
