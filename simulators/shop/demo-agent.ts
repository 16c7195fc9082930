import { readFile } from 'node:fs/promises';

/** A source of knowledge as the endpoints take it, with the files that belong into it. */
export type DemoSource = {
  readonly name: string;
  /** Of the AI agent, or of the copilot alone. */
  readonly ofAgent: boolean;
  readonly inCopilot: boolean;
  readonly internal: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly files: readonly DemoFile[];
};

export type DemoFile = { readonly name: string; readonly base64: string };

/** The shop's AI agent and what it knows, told to the program that runs beside the simulators. */
export type DemoShop = {
  readonly aiAgent: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  readonly sources: readonly DemoSource[];
};

const folder = new URL('../content/knowledge/', import.meta.url);
const publicFiles = [
  'ridgeline-2-manual.pdf',
  'ember-300-manual.docx',
  'brookline-club.md',
  'store-hamburg.html',
  'spare-parts.csv',
];

const weekday = [{ from: '09:00', to: '18:00' }];

/** Describes it. `shopUrl` is where the shop's pages stand. */
export async function demoShopOf(shopUrl: string): Promise<DemoShop> {
  const { port } = new URL(shopUrl);
  return {
    aiAgent: {
      name: 'Brooke',
      settings: {
        avatar: { initials: 'B', colour: '#1f5d4c', image: null },
        greeting: 'Hello, I am Brooke, an AI. Ask me about our gear, in English, Deutsch or Español.',
        starters: [
          'How long can I return something?',
          'Wie lange leuchtet die Laterne Ember 300?',
          '¿Cuánto cuesta el envoltorio de regalo?',
        ],
        tone: 'friendly',
        length: 'concise',
        languages: ['en', 'de', 'es'],
        instructions: 'Call customers by "you". Prices are in euros unless the source says otherwise.',
        refusedTopics: ['medical advice'],
        handOff: {
          enabled: true,
          when: ['The visitor reports an injury or a fire.'],
          afterUnanswered: 3,
          groupId: 701,
        },
        businessHours: {
          timeZone: 'Europe/Berlin',
          week: [weekday, weekday, weekday, weekday, weekday, [], []],
          holidays: ['2026-12-25', '2027-01-01'],
        },
        writeBack: 'live',
        look: { colour: '#1f5d4c', position: 'right', theme: 'auto' },
        allowedOrigins: [shopUrl, `http://localhost:${port}`],
      },
    },
    sources: [
      source('Manuals, club, store and spare parts', { kind: 'files' }, await filesOf(publicFiles)),
      source('Services for customers', { kind: 'confluence', spaces: [{ id: '65541', key: 'SHOP' }] }),
      source('Help Center', { kind: 'help-center', locales: [] }),
      {
        ...source('Warehouse notes', { kind: 'files' }, await filesOf(['warehouse-notes.txt'])),
        ofAgent: false,
        internal: true,
      },
    ],
  };
}

const source = (
  name: string,
  settings: DemoSource['settings'],
  files: readonly DemoFile[] = [],
): DemoSource => ({ name, ofAgent: true, inCopilot: true, internal: false, settings, files });

const filesOf = (names: readonly string[]): Promise<DemoFile[]> =>
  Promise.all(
    names.map(async (name) => ({ name, base64: (await readFile(new URL(name, folder))).toString('base64') })),
  );
