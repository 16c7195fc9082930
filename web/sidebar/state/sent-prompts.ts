import type { FeatureName } from '../../../src/contract/copilot.ts';

/** What a model was sent. */
export interface SentPrompt {
  readonly feature: FeatureName;
  readonly system: string;
  readonly user: string;
  readonly at: Date;
}

/** The list with a new prompt in place of the feature's last one, newest first. */
export const withPrompt = (prompts: readonly SentPrompt[], sent: SentPrompt): readonly SentPrompt[] => [
  sent,
  ...prompts.filter(({ feature }) => feature !== sent.feature),
];

export interface PromptPiece {
  readonly text: string;
  /** True: stands in place of a value that was masked. */
  readonly masked: boolean;
}

/** Splits a prompt at the tokens of masked values, such as `[EMAIL_1_K7Q4]`. */
export function splitMasked(text: string): PromptPiece[] {
  return text
    .split(/(\[[A-Z][A-Z0-9]{1,23}_\d{1,6}_[A-Z2-9]{4}\])/)
    .map((piece, index) => ({ text: piece, masked: index % 2 === 1 }))
    .filter(({ text: piece }) => piece !== '');
}
