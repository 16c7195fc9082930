import type { LinkKind, NoticeKind } from '../../contract/links.ts';

export type MailLanguage = 'en' | 'de';

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

interface LinkWords {
  readonly subject: string;
  readonly before: string;
  readonly after: string;
}
interface NoticeWords {
  readonly subject: string;
  readonly body: string;
}
interface Words {
  readonly greeting: string;
  readonly links: Readonly<Record<LinkKind, LinkWords>>;
  readonly notices: Readonly<Record<NoticeKind, NoticeWords>>;
  readonly notYou: string;
  /** Where a new password would not help. */
  readonly tellAdmin: string;
  readonly ignore: string;
  readonly sender: (subscriptionName: string) => string;
}

const en: Words = {
  greeting: 'Hello,',
  sender: (name) => `InDesk, for ${name}`,
  ignore: 'If you did not expect this mail, you can ignore it: nothing happens.',
  notYou: 'If this was not you, reset your password now and tell your admin.',
  tellAdmin: 'If you did not expect this, tell your admin.',
  links: {
    invite: {
      subject: 'You are invited to InDesk',
      before: 'you have been invited to InDesk. Open this link to choose your password:',
      after: 'The link works once, for 7 days.',
    },
    reset: {
      subject: 'Your new InDesk password',
      before: 'open this link to choose a new password:',
      after: 'The link works once, for 30 minutes. Your second factor stays as it is.',
    },
    'change-email': {
      subject: 'Confirm your new e-mail address',
      before: 'open this link to use this address for your InDesk account:',
      after: 'The link works once, for 1 hour. Until then the old address stays.',
    },
    'delete-account': {
      subject: 'Delete your InDesk account?',
      before: 'open this link to delete your account for good. This cannot be undone:',
      after: 'The link works once, for 1 hour.',
    },
  },
  notices: {
    'email-change-asked': {
      subject: 'Somebody asked to change your e-mail address',
      body: 'somebody who was signed in to your InDesk account asked to use another e-mail address for it. It changes when that address is confirmed.',
    },
    'email-changed': {
      subject: 'Your e-mail address has changed',
      body: 'your InDesk account now uses another e-mail address. This is the last mail to this one.',
    },
    'password-reset': {
      subject: 'Your password has changed',
      body: 'the password of your InDesk account has been reset, and every session of it has ended.',
    },
    'password-changed': {
      subject: 'Your password has changed',
      body: 'the password of your InDesk account has been changed by somebody who was signed in. Every other session has ended.',
    },
    'session-stolen': {
      subject: 'A session of yours was ended',
      body: 'a session of your InDesk account was used from two places at once, as it happens when it has been copied. It has ended; sign in again to go on.',
    },
    'second-factor-on': {
      subject: 'Your second factor is on',
      body: 'an authenticator app now protects your InDesk account. Every other session has ended.',
    },
    'second-factor-off': {
      subject: 'Your second factor is off',
      body: 'the second factor of your InDesk account has been switched off. Every other session has ended.',
    },
    'second-factor-reset': {
      subject: 'Your second factor was reset',
      body: 'an admin has removed the second factor of your InDesk account. Every session has ended; sign in and set up a new one.',
    },
    'recovery-code-used': {
      subject: 'A recovery code was used',
      body: 'somebody has used one of the recovery codes of your InDesk account. It does not work again.',
    },
  },
};

const de: Words = {
  greeting: 'Guten Tag,',
  sender: (name) => `InDesk, für ${name}`,
  ignore:
    'Wenn Sie diese E-Mail nicht erwartet haben, brauchen Sie nichts zu tun: Es ändert sich dann nichts.',
  notYou:
    'Wenn Sie das nicht waren, setzen Sie jetzt Ihr Passwort zurück und sagen Sie es Ihrer Administration.',
  tellAdmin: 'Wenn Sie das nicht erwartet haben, sagen Sie es Ihrer Administration.',
  links: {
    invite: {
      subject: 'Sie sind zu InDesk eingeladen',
      before: 'Sie wurden zu InDesk eingeladen. Öffnen Sie diesen Link, um Ihr Passwort zu wählen:',
      after: 'Der Link gilt einmal und 7 Tage lang.',
    },
    reset: {
      subject: 'Ihr neues InDesk-Passwort',
      before: 'öffnen Sie diesen Link, um ein neues Passwort zu wählen:',
      after: 'Der Link gilt einmal und 30 Minuten lang. Ihr zweiter Faktor bleibt, wie er ist.',
    },
    'change-email': {
      subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
      before: 'öffnen Sie diesen Link, um diese Adresse für Ihr InDesk-Konto zu verwenden:',
      after: 'Der Link gilt einmal und 1 Stunde lang. Bis dahin bleibt die alte Adresse.',
    },
    'delete-account': {
      subject: 'Ihr InDesk-Konto löschen?',
      before:
        'öffnen Sie diesen Link, um Ihr Konto endgültig zu löschen. Das lässt sich nicht rückgängig machen:',
      after: 'Der Link gilt einmal und 1 Stunde lang.',
    },
  },
  notices: {
    'email-change-asked': {
      subject: 'Jemand möchte Ihre E-Mail-Adresse ändern',
      body: 'jemand, der in Ihrem InDesk-Konto angemeldet war, möchte dafür eine andere E-Mail-Adresse verwenden. Sie ändert sich, sobald diese Adresse bestätigt ist.',
    },
    'email-changed': {
      subject: 'Ihre E-Mail-Adresse wurde geändert',
      body: 'Ihr InDesk-Konto verwendet jetzt eine andere E-Mail-Adresse. Dies ist die letzte E-Mail an diese hier.',
    },
    'password-reset': {
      subject: 'Ihr Passwort wurde geändert',
      body: 'das Passwort Ihres InDesk-Kontos wurde zurückgesetzt, und alle Sitzungen wurden beendet.',
    },
    'password-changed': {
      subject: 'Ihr Passwort wurde geändert',
      body: 'das Passwort Ihres InDesk-Kontos wurde von jemandem geändert, der angemeldet war. Alle anderen Sitzungen wurden beendet.',
    },
    'session-stolen': {
      subject: 'Eine Ihrer Sitzungen wurde beendet',
      body: 'eine Sitzung Ihres InDesk-Kontos wurde von zwei Stellen zugleich benutzt, wie es vorkommt, wenn sie kopiert wurde. Sie wurde beendet; melden Sie sich neu an, um weiterzuarbeiten.',
    },
    'second-factor-on': {
      subject: 'Ihr zweiter Faktor ist eingeschaltet',
      body: 'eine Authenticator-App schützt jetzt Ihr InDesk-Konto. Alle anderen Sitzungen wurden beendet.',
    },
    'second-factor-off': {
      subject: 'Ihr zweiter Faktor ist ausgeschaltet',
      body: 'der zweite Faktor Ihres InDesk-Kontos wurde ausgeschaltet. Alle anderen Sitzungen wurden beendet.',
    },
    'second-factor-reset': {
      subject: 'Ihr zweiter Faktor wurde zurückgesetzt',
      body: 'Ihre Administration hat den zweiten Faktor Ihres InDesk-Kontos entfernt. Alle Sitzungen wurden beendet; melden Sie sich an und richten Sie einen neuen ein.',
    },
    'recovery-code-used': {
      subject: 'Ein Wiederherstellungscode wurde benutzt',
      body: 'jemand hat einen Wiederherstellungscode Ihres InDesk-Kontos benutzt. Er gilt kein zweites Mal.',
    },
  },
};

const words: Readonly<Record<MailLanguage, Words>> = { en, de };

/** Plain text. The subscription's name, which somebody typed, stands there on one line and can be no link. */
export function linkMail(
  kind: LinkKind,
  language: MailLanguage,
  { address, subscriptionName }: { readonly address: string; readonly subscriptionName: string },
): MailText {
  const { greeting, links, ignore, sender } = words[language];
  const { subject, before, after } = links[kind];
  return {
    subject,
    text: `${greeting}\n\n${before}\n\n${address}\n\n${after}\n${ignore}\n\n${sender(plainName(subscriptionName))}\n`,
  };
}

/** What has happened, and what to do when it should not have. */
export function noticeMail(kind: NoticeKind, language: MailLanguage, subscriptionName: string): MailText {
  const { greeting, notices, notYou, tellAdmin, sender } = words[language];
  const { subject, body } = notices[kind];
  const wayOut = beyondPassword.has(kind) ? tellAdmin : notYou;
  return { subject, text: `${greeting}\n\n${body}\n\n${wayOut}\n\n${sender(plainName(subscriptionName))}\n` };
}

/** The name somebody gave a subscription, on one line, as no link. */
export function plainName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N} &'()+,_-]+/gu, ' ').trim();
  return [...plain].slice(0, 80).join('');
}

const beyondPassword: ReadonlySet<NoticeKind> = new Set(['email-changed', 'second-factor-reset']);
