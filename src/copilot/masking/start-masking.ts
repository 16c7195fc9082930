import { ProblemError } from '../../kernel/problem-error.ts';
import type { Transient } from '../../kernel/transient.ts';
import type { ModelProvider } from '../../ports/model-provider.ts';
import type { Masking } from '../../services/masking/masking-rules.ts';
import type { CallMeter } from '../call-meter.ts';
import type { FeatureContent } from '../define-feature.ts';
import { cleanText } from '../text/clean-text.ts';
import { Masker } from './masker.ts';
import { withMaskedPrompts, withRestoredAnswers } from './masked-provider.ts';

/** The two ways to the provider that one call has, and its content as they may see it. */
export interface CallMasking {
  content(content: Transient<FeatureContent>): Transient<FeatureContent>;
  /** For parts of a long ticket, whose answers go into another prompt. */
  readonly forParts: ModelProvider;
  /** For the answer a person reads. */
  readonly forAnswer: ModelProvider;
}

/** Begins the masking of one call, or none when it is switched off. Throws `masking-unreadable`. */
export function startMasking(masking: Masking, provider: ModelProvider, meter: CallMeter): CallMasking {
  if (masking === 'off') return { content: (content) => content, forParts: provider, forAnswer: provider };
  if (masking === 'unreadable') throw new ProblemError('masking-unreadable');
  const masker = new Masker(masking);
  meter.maskedCounts = () => masker.counts();
  const forParts = withMaskedPrompts(provider, masker);
  return {
    // Before anything is cut to fit the window: half of a value would no longer be recognised.
    content: (content) => content.map((one) => maskContent(one, masker)),
    forParts,
    forAnswer: withRestoredAnswers(forParts, masker),
  };
}

function maskContent(content: FeatureContent, masker: Masker): FeatureContent {
  const mask = (text: string): string => masker.mask(text).text;
  return {
    ...content,
    blocks: content.blocks.map((block) => ({
      ...block,
      attributes: Object.fromEntries(
        Object.entries(block.attributes).map(([name, value]) => [
          name,
          typeof value === 'string' ? mask(value) : value,
        ]),
      ),
      text: mask(cleanText(block.text)),
    })),
    task: mask(content.task),
  };
}
