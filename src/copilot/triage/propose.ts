import type { TagSuggestions, TriageProposal } from '../../contract/abilities.ts';
import type { TriageRules } from '../../contract/triage.ts';
import type { FeatureName } from '../../contract/copilot.ts';
import { Transient } from '../../kernel/transient.ts';
import type { SubscriptionSettings } from '../../services/settings/settings-reader.ts';
import type { ContextReader } from '../context/context-reader.ts';
import { findFeature } from '../features/index.ts';
import { isEnabled } from '../run-feature.ts';
import type { BreakTies } from './break-ties.ts';

/** A value for a field of the ticket, with its certainty from 0 to 100. */
export type ProposedValue = Pick<
  TriageProposal['values'][number],
  'field' | 'title' | 'value' | 'valueTitle' | 'certainty' | 'band'
>;
export type ProposedTag = Pick<TagSuggestions['tags'][number], 'tag' | 'certainty' | 'band'>;

export interface Proposed {
  readonly values: readonly ProposedValue[];
  readonly tags: readonly ProposedTag[];
}

/** What a ticket should be given. */
export type Propose = (
  reader: ContextReader,
  settings: SubscriptionSettings,
  now: Date,
  rules: TriageRules,
) => Promise<Transient<Proposed>>;

/** By the evidence of `triage-ticket` and `suggest-tags`, where they are switched on; what it leaves open is given to `breakTies`. */
export const proposeBy =
  (breakTies: BreakTies): Propose =>
  async (reader, settings, now, rules) => {
    const [triage, tags] = await Promise.all([
      evidence<TriageProposal>('triage-ticket', reader, settings, now),
      evidence<TagSuggestions>('suggest-tags', reader, settings, now),
    ]);
    const values =
      triage === undefined
        ? Transient.of([])
        : (await breakTies(reader, triage, rules)).map((one) => one.values);
    return Transient.all([values, tags ?? Transient.of(undefined)]).map(([chosen, found]) => ({
      values: chosen,
      tags: found?.tags ?? [],
    }));
  };

async function evidence<T>(
  name: FeatureName,
  reader: ContextReader,
  settings: SubscriptionSettings,
  now: Date,
): Promise<Transient<T> | undefined> {
  const feature = findFeature(name);
  if (feature?.evidence === undefined || !isEnabled(settings, feature)) return undefined;
  const { answer, needs } = feature.evidence;
  const input = { ticketId: reader.about.ticketId, locale: 'en' };
  const context = await reader.read(needs);
  return context.map((read) => answer(read, input as never, now) as T);
}
