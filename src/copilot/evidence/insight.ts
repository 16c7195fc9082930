import type { TicketInsight } from '../../contract/abilities.ts';
import type { LeadSettings } from '../../services/settings/lead-settings.ts';
import type { Context } from '../context/catalogue.ts';
import { lastCustomerComment } from '../context/ticket-blocks.ts';
import { readTone } from './customer-tone.ts';
import { entitiesIn } from '../ranking/text-features.ts';
import type { LabelByMeaning } from '../ranking/meanings.ts';
import { intentModel } from './intent-models.ts';
import { detectLanguage } from './language.ts';
import { ticketRisk } from './ticket-risk.ts';
import { bandOf, comparedConversation, percent } from './tickets.ts';

const entitiesShown = 6;
const surely = 95;
const perhaps = 60;

/** What a ticket is about without asking a model: the lead's examples, the risk table, the neighbours. */
export function insightEvidence(
  {
    ticket,
    lead,
    proposal,
    course,
    intentMeaning,
  }: Context<'ticket' | 'lead' | 'proposal' | 'course' | 'intentMeaning'>,
  now: Date,
): TicketInsight {
  const own = comparedConversation(ticket);
  const text = `${own.subject}\n${own.text}`;
  const of = (field: string) =>
    proposal.values.find((value) => value.field === field && value.band !== 'low');
  const [priority, group] = [of('priority'), of('group_id')];
  return {
    intent: intentOf(text, lead, intentMeaning),
    sentiment: sentimentOf(lastCustomerComment(ticket.comments)?.text ?? text),
    language: languageOf(lastCustomerComment(ticket.comments)?.text ?? text),
    priority:
      priority === undefined ? null : { value: priority.value, certainty: priority.certainty, why: null },
    group:
      group === undefined
        ? null
        : { id: Number(group.value), name: group.valueTitle, certainty: group.certainty },
    escalation: ticketRisk(ticket, lead, now, course),
    entities: entitiesIn(text)
      .filter((value) => !/^(?:https?:|[@#])/.test(value))
      .slice(0, entitiesShown)
      .map((value) => ({ kind: kindOf(value), value })),
    summary: null,
  };
}

/**
 * By words; where meaning names another intent, the one that is the likelier to be right. "None of these" is learned from
 * words alone.
 */
function intentOf(
  text: string,
  lead: LeadSettings,
  byMeaning: LabelByMeaning | null,
): TicketInsight['intent'] {
  const answer = intentModel(lead.intents)?.classify(text);
  if (answer === undefined || answer.intent === null) return null;
  if (byMeaning !== null && byMeaning.label !== answer.intent && byMeaning.accuracy > answer.certainty) {
    const other = lead.intents[byMeaning.label];
    const certainty = percent(byMeaning.accuracy);
    // No example shares its words.
    if (other !== undefined) return { name: other.name, certainty, band: bandOf(certainty), examples: [] };
  }
  const intent = lead.intents[answer.intent];
  if (intent === undefined) return null;
  const certainty = percent(answer.certainty);
  return {
    name: intent.name,
    certainty,
    band: bandOf(certainty),
    examples: answer.nearest.flatMap(({ example }) => intent.examples[example] ?? []).slice(0, 2),
  };
}

function languageOf(text: string): TicketInsight['language'] {
  const { language, sure } = detectLanguage(text);
  return language === null ? null : { code: language, certainty: sure ? surely : perhaps };
}

/** How the newest message sounds, by its words alone. */
function sentimentOf(text: string): TicketInsight['sentiment'] {
  const seen = new Set<string>(readTone([text]).map(({ signal }) => signal));
  if (seen.has('insult') || (seen.has('strong-words') && seen.has('capital-letters'))) return 'angry';
  if (['strong-words', 'weak-words', 'leave-threat', 'legal-threat'].some((signal) => seen.has(signal)))
    return 'negative';
  return seen.has('closing-thanks') || seen.has('praise') ? 'positive' : 'neutral';
}

const kindOf = (value: string): string =>
  value.includes('@')
    ? 'e-mail'
    : /[$€£¥]/.test(value)
      ? 'amount'
      : /^\d{1,4}[./-]\d/.test(value)
        ? 'date'
        : 'number';
