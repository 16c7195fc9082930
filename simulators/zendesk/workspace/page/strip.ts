import { button, element, icon, messageOf, select } from './dom.ts';
import type { Desk } from './desk.ts';
import type { Preferences } from './preferences.ts';

/** What the strip on top can change about the whole page. */
export type StripActions = {
  readonly setTheme: (theme: Preferences['theme']) => void;
  readonly setLanguage: (language: Preferences['language']) => void;
  readonly setAgent: (agentId: number) => void;
  readonly toggleRail: () => void;
};

/** The faults one can switch on, as `/_sandbox/faults` names them. */
export const FAULT_PRESETS: readonly (readonly [preset: string, label: string])[] = [
  ['off', 'No faults'],
  ['slow', 'Zendesk slow'],
  ['rate-limited', 'Zendesk rate limited'],
  ['zendesk-down', 'Zendesk down'],
  ['provider-slow', 'AI provider slow'],
  ['provider-down', 'AI provider down'],
];

/** The strip on top: that this is a simulator, which model answers, faults, theme, language, agent. */
export function createStrip(desk: Desk, theme: Preferences['theme'], actions: StripActions): HTMLElement {
  const { words } = desk;
  const model = element('span', { class: 'strip-value' }, words('demo model'));
  desk.api.modelLabel().then(
    (label) => {
      if (label !== '') model.textContent = words(label);
    },
    () => undefined,
  );
  const themes = select(
    {},
    [
      ['auto', words('Automatic')],
      ['light', words('Light')],
      ['dark', words('Dark')],
    ],
    theme,
    (value) => actions.setTheme(value as Preferences['theme']),
  );
  const languages = select(
    {},
    [
      ['en', 'English'],
      ['de', 'Deutsch'],
      ['ar', 'العربية'],
    ],
    desk.language,
    (value) => actions.setLanguage(value as Preferences['language']),
  );
  const agents = select(
    {},
    desk.config.agents.map((agent) => [String(agent.id), agent.name]),
    String(desk.agent.id),
    (value) => actions.setAgent(Number(value)),
  );
  return element(
    'header',
    { class: 'strip' },
    element(
      'div',
      { class: 'strip-identity' },
      button({ class: 'bare rail-toggle', 'aria-label': words('Tickets') }, actions.toggleRail, icon('menu')),
      element('span', { class: 'strip-mark', 'aria-hidden': 'true' }),
      element(
        'div',
        {},
        element('h1', {}, 'Brookline desk (simulator)'),
        element('p', { class: 'strip-note' }, words('Runs on your machine. Not Zendesk, no real customers.')),
      ),
    ),
    element(
      'div',
      { class: 'strip-controls' },
      element(
        'p',
        { class: 'strip-model' },
        element('span', { class: 'strip-label' }, words('Answers come from')),
        model,
      ),
      labelled(words('Faults'), createFaultSelect(desk)),
      labelled(words('Theme'), themes),
      labelled(words('Language'), languages),
      labelled(words('Signed in as'), agents),
    ),
  );
}

function createFaultSelect(desk: Desk): HTMLSelectElement {
  const options = FAULT_PRESETS.map(([preset, label]) => [preset, desk.words(label)] as const);
  let current = 'off';
  const show = (preset: string): void => {
    current = preset;
    faults.value = preset;
    faults.classList.toggle('fault-on', preset !== 'off');
  };
  const faults = select({}, options, 'off', (preset) => {
    desk.api.setFault(preset).then(
      () => {
        show(preset);
        desk.toast(desk.words(preset === 'off' ? 'All faults are off' : 'The fault is on'), 'notice');
      },
      (error: unknown) => {
        show(current);
        desk.toast(`${desk.words('The fault could not be switched')}: ${messageOf(error)}`, 'error');
      },
    );
  });
  desk.api.currentFault().then(
    (preset) => show(FAULT_PRESETS.some(([known]) => known === preset) ? preset : 'off'),
    () => undefined,
  );
  return faults;
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  return element(
    'label',
    { class: 'strip-control' },
    element('span', { class: 'strip-label' }, text),
    control,
  );
}
