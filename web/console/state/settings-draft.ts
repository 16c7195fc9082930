import { AiAgentSettings } from '../../../src/contract/ai-agents.ts';

/** Settings as they stand in the form: lists as lines, numbers as typed. */
export interface SettingsDraft {
  readonly initials: string;
  readonly avatarColour: string;
  readonly image: string | null;
  readonly greeting: string;
  readonly starters: string;
  readonly tone: AiAgentSettings['tone'];
  readonly length: AiAgentSettings['length'];
  readonly languages: string;
  readonly instructions: string;
  readonly refusedTopics: string;
  /** Empty: the provider the subscription answers with. */
  readonly providerId: string;
  readonly tier: AiAgentSettings['model']['tier'];
  readonly temperature: string;
  readonly handOff: boolean;
  readonly handOffWhen: string;
  readonly afterUnanswered: string;
  readonly groupId: string;
  readonly hasHours: boolean;
  readonly timeZone: string;
  /** Monday first: `09:00-12:00, 13:00-17:00`; empty: closed. */
  readonly week: readonly string[];
  readonly holidays: string;
  readonly writeBack: AiAgentSettings['writeBack'];
  readonly turnLimit: string;
  readonly budgetMetric: 'none' | 'tokens' | 'nano-usd';
  readonly budgetMost: string;
  readonly colour: string;
  readonly position: AiAgentSettings['look']['position'];
  readonly theme: AiAgentSettings['look']['theme'];
  readonly allowedOrigins: string;
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
const words = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
/** NaN for what is no number, which no schema takes. */
const numberOrNull = (text: string): number | null =>
  text.trim() === '' ? null : Number(text.trim().replace(',', '.'));

const nanoPerDollar = 1_000_000_000;

export function toDraft(settings: AiAgentSettings): SettingsDraft {
  const { avatar, model, handOff, businessHours, dailyBudget, look } = settings;
  return {
    initials: avatar.initials,
    avatarColour: avatar.colour,
    image: avatar.image,
    greeting: settings.greeting,
    starters: settings.starters.join('\n'),
    tone: settings.tone,
    length: settings.length,
    languages: settings.languages.join(', '),
    instructions: settings.instructions,
    refusedTopics: settings.refusedTopics.join('\n'),
    providerId: model.providerId ?? '',
    tier: model.tier,
    temperature: model.temperature === null ? '' : String(model.temperature),
    handOff: handOff.enabled,
    handOffWhen: handOff.when.join('\n'),
    afterUnanswered: handOff.afterUnanswered === null ? '' : String(handOff.afterUnanswered),
    groupId: handOff.groupId === null ? '' : String(handOff.groupId),
    hasHours: businessHours !== null,
    timeZone: businessHours?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    week: (businessHours?.week ?? usualWeek).map((spans) =>
      spans.map(({ from, to }) => `${from}-${to}`).join(', '),
    ),
    holidays: businessHours?.holidays.join('\n') ?? '',
    writeBack: settings.writeBack,
    turnLimit: String(settings.turnLimit),
    budgetMetric: dailyBudget?.metric ?? 'none',
    budgetMost:
      dailyBudget === null
        ? ''
        : String(dailyBudget.metric === 'tokens' ? dailyBudget.most : dailyBudget.most / nanoPerDollar),
    colour: look.colour,
    position: look.position,
    theme: look.theme,
    allowedOrigins: settings.allowedOrigins.join('\n'),
  };
}

const working = [{ from: '09:00', to: '17:00' }];
const usualWeek: readonly (readonly { from: string; to: string }[])[] = [
  working,
  working,
  working,
  working,
  working,
  [],
  [],
];

/** A span that was typed; what is none is left for the schema to refuse. */
function spansOf(text: string): { from: string; to: string }[] {
  return words(text.replace(/\s*[-–]\s*/g, '-')).map((span) => {
    const [from = '', to = ''] = span.split('-').map((time) => time.replace(/^(\d):/, '0$1:'));
    return { from, to };
  });
}

/** Which part of the form a message belongs to. */
export type DraftErrors = Readonly<Partial<Record<keyof SettingsDraft, true>>>;

export type Read =
  | { readonly ok: true; readonly settings: AiAgentSettings }
  | { readonly ok: false; readonly errors: DraftErrors };

/** The settings of a form, or which fields are wrong. */
export function readDraft(draft: SettingsDraft): Read {
  const most = numberOrNull(draft.budgetMost) ?? Number.NaN;
  const parsed = AiAgentSettings.safeParse({
    avatar: { initials: draft.initials, colour: draft.avatarColour, image: draft.image },
    greeting: draft.greeting,
    starters: lines(draft.starters),
    tone: draft.tone,
    length: draft.length,
    languages: words(draft.languages),
    instructions: draft.instructions,
    refusedTopics: lines(draft.refusedTopics),
    model: {
      providerId: draft.providerId === '' ? null : draft.providerId,
      tier: draft.tier,
      temperature: numberOrNull(draft.temperature),
    },
    handOff: {
      enabled: draft.handOff,
      when: lines(draft.handOffWhen),
      afterUnanswered: numberOrNull(draft.afterUnanswered),
      groupId: numberOrNull(draft.groupId),
    },
    businessHours: draft.hasHours
      ? { timeZone: draft.timeZone.trim(), week: draft.week.map(spansOf), holidays: lines(draft.holidays) }
      : null,
    writeBack: draft.writeBack,
    turnLimit: numberOrNull(draft.turnLimit) ?? Number.NaN,
    dailyBudget:
      draft.budgetMetric === 'none'
        ? null
        : {
            metric: draft.budgetMetric,
            most: draft.budgetMetric === 'tokens' ? most : Math.round(most * nanoPerDollar),
          },
    look: { colour: draft.colour, position: draft.position, theme: draft.theme },
    allowedOrigins: lines(draft.allowedOrigins),
  });
  if (parsed.success) return { ok: true, settings: parsed.data };
  const errors: Partial<Record<keyof SettingsDraft, true>> = {};
  for (const { path } of parsed.error.issues) {
    const [first, second] = path.map(String);
    errors[fieldOf[`${first}.${second}`] ?? fieldOf[String(first)] ?? 'instructions'] = true;
  }
  return { ok: false, errors };
}

const fieldOf: Readonly<Record<string, keyof SettingsDraft>> = {
  'avatar.initials': 'initials',
  'avatar.colour': 'avatarColour',
  'avatar.image': 'image',
  greeting: 'greeting',
  starters: 'starters',
  languages: 'languages',
  instructions: 'instructions',
  refusedTopics: 'refusedTopics',
  'model.providerId': 'providerId',
  'model.temperature': 'temperature',
  'handOff.when': 'handOffWhen',
  'handOff.afterUnanswered': 'afterUnanswered',
  'handOff.groupId': 'groupId',
  'businessHours.timeZone': 'timeZone',
  'businessHours.week': 'week',
  'businessHours.holidays': 'holidays',
  turnLimit: 'turnLimit',
  dailyBudget: 'budgetMost',
  'look.colour': 'colour',
  allowedOrigins: 'allowedOrigins',
};
