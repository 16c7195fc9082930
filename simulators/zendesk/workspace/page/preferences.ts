/** What the browser remembers of the desk between visits. */
export type Preferences = {
  readonly theme: 'auto' | 'light' | 'dark';
  readonly language: Language;
  readonly agentId: number | null;
  readonly appWidth: number;
  readonly appOpen: boolean;
  readonly view: string;
};

/** The desk's languages. */
export type Language = 'en' | 'de' | 'ar';

/** The locale name an app reads from `currentUser.locale`. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', de: 'de', ar: 'ar' };

/** Narrowest and widest app column in pixels. */
export const APP_WIDTH = { minimum: 320, maximum: 420, usual: 340 } as const;

const KEY = 'brookline-desk';
const USUAL: Preferences = {
  theme: 'auto',
  language: 'en',
  agentId: null,
  appWidth: APP_WIDTH.usual,
  appOpen: true,
  view: 'mine',
};

/** Reads the preferences; anything missing or damaged becomes the usual value. */
export function readPreferences(): Preferences {
  let stored: Partial<Preferences> = {};
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) stored = parsed;
  } catch {
    // A browser that forbids storage, or a damaged entry, only costs the remembered choices.
  }
  const merged = { ...USUAL, ...stored };
  return {
    ...merged,
    theme: ['auto', 'light', 'dark'].includes(merged.theme) ? merged.theme : USUAL.theme,
    language: merged.language in LOCALES ? merged.language : USUAL.language,
    appWidth: clampAppWidth(Number(merged.appWidth)),
  };
}

/** Stores some preferences beside those already there. */
export function savePreferences(changes: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...changes }));
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}

/** Keeps an app column width in pixels inside its limits. */
export function clampAppWidth(width: number): number {
  if (!Number.isFinite(width)) return APP_WIDTH.usual;
  return Math.min(APP_WIDTH.maximum, Math.max(APP_WIDTH.minimum, Math.round(width)));
}

/** The colour scheme a theme choice comes to on this machine now. */
export function effectiveScheme(theme: Preferences['theme']): 'light' | 'dark' {
  if (theme !== 'auto') return theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
