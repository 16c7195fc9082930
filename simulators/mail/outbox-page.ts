import type { OutboxMail } from './start-mail-simulator.ts';

const style = `
:root { color-scheme: light dark; --edge: #d8dcde; --dim: #68737d; --link: #1f73b7; --ground: #fff; --ink: #2f3941; }
@media (prefers-color-scheme: dark) { :root { --edge: #39434b; --dim: #9aa5ad; --link: #6ab0e8; --ground: #151a1e; --ink: #e9ebed; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p.note, .meta { color: var(--dim); margin: 0 0 1.5rem; overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--edge); }
li { border-bottom: 1px solid var(--edge); }
li a { display: block; padding: .75rem .25rem; text-decoration: none; color: inherit; }
li strong { color: var(--link); display: block; overflow-wrap: anywhere; }
li span { color: var(--dim); font-size: .875rem; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; border: 1px solid var(--edge); border-radius: 4px; padding: 1rem; }
`;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);

/** Text with its web addresses as links; everything else stays text. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) =>
      index % 2 === 1
        ? `<a href="${escape(part)}" target="_blank" rel="noreferrer noopener">${escape(part)}</a>`
        : escape(part),
    )
    .join('');
}

function page(title: string, body: string, refreshSeconds?: number): string {
  const refresh =
    refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${refresh}<title>${escape(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`;
}

const when = (mail: OutboxMail): string =>
  `<time datetime="${escape(mail.receivedAt)}">${escape(mail.receivedAt.slice(0, 19).replace('T', ' '))} UTC</time>`;

/** Every mail, newest first; looks again every three seconds. */
export function listPage(mails: readonly OutboxMail[]): string {
  const items = mails
    .map(
      (mail) =>
        `<li><a href="/mails/${mail.id}"><strong>${escape(mail.subject)}</strong><span>to ${escape(mail.to)} · ${when(mail)}</span></a></li>`,
    )
    .join('');
  return page(
    `Outbox (${mails.length})`,
    `<h1>Outbox</h1><p class="note">Mails InDesk would have sent. Nothing leaves this machine; the list is gone when it stops.</p>${
      mails.length === 0 ? '<p>No mail yet.</p>' : `<ul>${items}</ul>`
    }`,
    3,
  );
}

/** One mail as its reader would see it. */
export function mailPage(mail: OutboxMail): string {
  return page(
    mail.subject,
    `<p><a href="/">All mails</a></p><h1>${escape(mail.subject)}</h1><p class="meta">from ${escape(mail.from)}<br>to ${escape(mail.to)}<br>${when(mail)}</p><pre>${withLinks(mail.text)}</pre>`,
  );
}

export function missingPage(): string {
  return page(
    'No such mail',
    '<h1>No such mail</h1><p>It may have been cleared. <a href="/">All mails</a></p>',
  );
}
