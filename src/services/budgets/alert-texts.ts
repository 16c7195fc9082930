import { plainName, type MailLanguage, type MailText } from '../links/mail-texts.ts';
import type { Budget } from './budget.ts';

interface Words {
  readonly subject: (stage: 'warning' | 'used-up') => string;
  readonly scope: (feature: string) => string;
  readonly period: Readonly<Record<Budget['period'], string>>;
  readonly tokens: string;
  readonly used: (used: string, most: string, scope: string, period: string) => string;
  readonly next: Readonly<Record<'warning' | 'used-up', string>>;
  readonly sender: (name: string) => string;
  readonly greeting: string;
}

const en: Words = {
  greeting: 'Hello,',
  subject: (stage) => (stage === 'warning' ? 'An AI budget is 80 % used' : 'An AI budget is used up'),
  scope: (feature) => (feature === '' ? 'the whole subscription' : `the feature ${feature}`),
  period: { day: 'this day', month: 'this month' },
  tokens: 'tokens',
  used: (used, most, scope, period) => `${used} of ${most} for ${scope} are used ${period} (UTC).`,
  next: {
    warning: 'When it is used up, no model is asked any more until the period ends or you raise the budget.',
    'used-up':
      'No model is asked any more until the period ends or you raise the budget. What works without a model goes on: similar tickets, macros, tags, signs of risk.',
  },
  sender: (name) => `InDesk, for ${name}`,
};

const de: Words = {
  greeting: 'Guten Tag,',
  subject: (stage) =>
    stage === 'warning' ? 'Ein KI-Budget ist zu 80 % verbraucht' : 'Ein KI-Budget ist aufgebraucht',
  scope: (feature) => (feature === '' ? 'das ganze Abonnement' : `die Funktion ${feature}`),
  period: { day: 'heute', month: 'in diesem Monat' },
  tokens: 'Tokens',
  used: (used, most, scope, period) => `${period} sind ${used} von ${most} für ${scope} verbraucht (UTC).`,
  next: {
    warning:
      'Ist es aufgebraucht, wird kein Modell mehr gefragt, bis der Zeitraum endet oder Sie das Budget erhöhen.',
    'used-up':
      'Bis der Zeitraum endet oder Sie das Budget erhöhen, wird kein Modell mehr gefragt. Was ohne Modell geht, läuft weiter: ähnliche Tickets, Makros, Tags, Risikozeichen.',
  },
  sender: (name) => `InDesk, für ${name}`,
};

const words: Readonly<Record<MailLanguage, Words>> = { en, de };

/** Says what is used of a budget and what happens then. */
export function alertMail(
  language: MailLanguage,
  subscriptionName: string,
  told: { readonly budget: Budget; readonly stage: 'warning' | 'used-up'; readonly used: number },
): MailText {
  const { budget, stage, used } = told;
  const text = words[language];
  const amount = (value: number): string =>
    budget.metric === 'tokens'
      ? `${new Intl.NumberFormat(language).format(value)} ${text.tokens}`
      : new Intl.NumberFormat(language, { style: 'currency', currency: 'USD' }).format(value / 1e9);
  const sentence = text.used(
    amount(used),
    amount(budget.most),
    text.scope(budget.subject),
    text.period[budget.period],
  );
  const body = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}\n\n${text.next[stage]}`;
  return {
    subject: text.subject(stage),
    text: `${text.greeting}\n\n${body}\n\n${text.sender(plainName(subscriptionName))}\n`,
  };
}
