/** The few words that stand on the customer's page. */
export interface LauncherStrings {
  readonly open: (name: string) => string;
  readonly close: string;
  readonly title: (name: string) => string;
  readonly failed: string;
}

const strings: Readonly<Record<string, LauncherStrings>> = {
  en: {
    open: (name) => `Chat with ${name}`,
    close: 'Close chat',
    title: (name) => `Chat with ${name}`,
    failed: 'The chat could not be loaded. Please try again later.',
  },
  de: {
    open: (name) => `Chat mit ${name}`,
    close: 'Chat schließen',
    title: (name) => `Chat mit ${name}`,
    failed: 'Der Chat konnte nicht geladen werden. Bitte versuchen Sie es später noch einmal.',
  },
  es: {
    open: (name) => `Chatear con ${name}`,
    close: 'Cerrar el chat',
    title: (name) => `Chat con ${name}`,
    failed: 'No se ha podido cargar el chat. Vuelva a intentarlo más tarde.',
  },
  fr: {
    open: (name) => `Discuter avec ${name}`,
    close: 'Fermer la discussion',
    title: (name) => `Discussion avec ${name}`,
    failed: 'La discussion n’a pas pu être chargée. Veuillez réessayer plus tard.',
  },
  ar: {
    open: (name) => `الدردشة مع ${name}`,
    close: 'إغلاق الدردشة',
    title: (name) => `دردشة مع ${name}`,
    failed: 'تعذّر تحميل الدردشة. يُرجى المحاولة مرة أخرى لاحقًا.',
  },
};

/** The languages the widget's own words are in. */
export const widgetLanguages = ['en', 'de', 'es', 'fr', 'ar'] as const;
export type WidgetLanguage = (typeof widgetLanguages)[number];

/** The widget's language on a page: the page's where the AI agent speaks it and the widget does, else the first of the AI agent's, else English. */
export function widgetLanguage(locale: string, spoken: readonly string[]): WidgetLanguage {
  const base = (language: string): string => language.split('-')[0]?.toLowerCase() ?? '';
  const wanted = base(locale);
  const mayUse = spoken.length === 0 || spoken.some((language) => base(language) === wanted);
  const order = [...(mayUse ? [wanted] : []), ...spoken.map(base)];
  for (const language of order) {
    const known = widgetLanguages.find((one) => one === language);
    if (known !== undefined) return known;
  }
  return 'en';
}

export const launcherStrings = (language: WidgetLanguage): LauncherStrings =>
  strings[language] ?? (strings['en'] as LauncherStrings);
