import { leadDocuments, type LeadDocumentKind, type LeadSettings } from '../../contract/copilot-settings.ts';

export type { LeadSettings, ScoreTarget } from '../../contract/copilot-settings.ts';

/** One line of the scorecard replies are reviewed by; weight 0 leaves it out of the total. */
export type ScorecardLine = LeadSettings['scorecard']['lines'][number];

/** What holds until the lead sets something. */
export const defaultLeadSettings: LeadSettings = {
  intents: [],
  risk: { weights: {}, vipTags: [] },
  scorecard: { lines: [], writeScoreTo: null },
  style: { tone: '', glossary: [], brands: [] },
  sidebar: { draftOnOpen: false, hidden: { agent: [], admin: [] } },
};

/** What replies are reviewed by until the lead sets a scorecard. */
export const defaultScorecard: readonly ScorecardLine[] = [
  { name: 'Tone', description: 'Polite, calm, fitting to the customer', weight: 1 },
  { name: 'Empathy', description: 'Recognises what the problem means to the customer', weight: 1 },
  { name: 'Comprehension', description: 'Answers what was asked, all of it', weight: 2 },
  { name: 'Solution', description: 'Solves it or says what happens next and when', weight: 2 },
  { name: 'Grammar', description: 'Spelling, grammar and wording', weight: 1 },
  { name: 'Closing', description: 'Ends with an offer or a next step, not abruptly', weight: 1 },
];

/** Stored documents over the defaults; one that no longer fits its schema counts as not set. */
export function leadSettingsOf(
  documents: readonly { readonly kind: string; readonly document: string }[],
): LeadSettings {
  const settings: Record<string, unknown> = { ...defaultLeadSettings };
  for (const { kind, document } of documents) {
    const parsed = leadDocuments[kind as LeadDocumentKind]?.safeParse(JSON.parse(document));
    if (parsed?.success === true) settings[kind] = parsed.data;
  }
  return settings as LeadSettings;
}
