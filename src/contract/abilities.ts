import { z } from 'zod';
import { Citation, Source } from './stream-events.ts';
import { transient } from './transient.ts';

// Inputs and outputs of the abilities that work from evidence, alone or beside a model.

const ticketId = z.number().int().positive();
/** The language tag (BCP 47) of the agent's screen. */
const locale = z
  .string()
  .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/)
  .default('en');

/** What every ability that only reads a ticket is asked with. */
export const AboutTicket = z.object({ ticketId, locale });

/** How sure something is, from 0 to 100, and the band it is shown in. */
const certainty = z.number().int().min(0).max(100);
export const Band = z.enum(['high', 'medium', 'low']);
export type Band = z.infer<typeof Band>;

/** Another ticket, as evidence. */
export const TicketEvidence = z.object({
  id: z.number().int(),
  subject: z.string(),
  status: z.string(),
  /** ISO 8601. */
  createdAt: z.string(),
  /** Words it shares with this ticket. */
  shared: z.array(z.string()),
});
export type TicketEvidence = z.infer<typeof TicketEvidence>;

export const RiskReason = z.object({
  code: z.string(),
  points: z.number().int(),
  /** Numbers for the sentence, such as hours waited. */
  amount: z.number().nullable(),
});
/** A readable, additive risk: the points of the reasons, kept between 0 and 100. */
export const Escalation = z.object({
  score: z.number().int().min(0).max(100),
  level: z.enum(['calm', 'watch', 'at-risk']),
  reasons: z.array(RiskReason),
  /** The customer's sentence that weighs most. */
  sentence: z.string().nullable(),
});
export type Escalation = z.infer<typeof Escalation>;

const TriageValue = z.object({
  /** `type`, `priority`, `group_id`, or `custom_fields_<id>`, as Zendesk names them in macros and triggers. */
  field: z.string(),
  title: z.string(),
  value: z.string(),
  valueTitle: z.string(),
  /** What the ticket has now. */
  current: z.string().nullable(),
  certainty,
  band: Band,
  /** Solved tickets that have this value. */
  evidence: z.array(TicketEvidence),
  /** The values between which the solved tickets leave it open, likeliest first; empty when they decide. */
  candidates: z.array(
    z.object({ value: z.string(), valueTitle: z.string(), evidence: z.array(TicketEvidence) }),
  ),
  /** A model only ever chooses one of `candidates`. */
  decidedBy: z.enum(['solved-tickets', 'model']),
});
export const TriageInput = AboutTicket.extend({
  /** Fields, by the names above, that a model may be asked about; all of them when left out. */
  mayAskAbout: z.array(z.string().max(40)).max(60).optional(),
});
export const TriageProposal = z.object({
  values: z.array(TriageValue),
  /** Solved tickets it was compared with. */
  compared: z.number().int(),
});
export type TriageProposal = z.infer<typeof TriageProposal>;

export const Sentiment = z.enum(['positive', 'neutral', 'negative', 'angry']);
export const TicketInsight = z.object({
  /** Null: none of the subscription's intents, or it has none. */
  intent: z.object({ name: z.string(), certainty, band: Band, examples: z.array(z.string()) }).nullable(),
  sentiment: Sentiment.nullable(),
  /** BCP 47. */
  language: z.object({ code: z.string(), certainty }).nullable(),
  priority: z.object({ value: z.string(), certainty, why: z.string().nullable() }).nullable(),
  group: z.object({ id: z.number().int(), name: z.string(), certainty }).nullable(),
  escalation: Escalation.nullable(),
  entities: z.array(z.object({ kind: z.string(), value: z.string() })),
  /** Null without a model. */
  summary: z
    .object({
      wants: z.string(),
      facts: z.array(z.string()),
      happened: z.array(z.string()),
      open: z.array(z.string()),
      next: z.string().nullable(),
      lastCommentId: z.number().int().nullable(),
      commentsRead: z.number().int(),
      commentsLeftOut: z.number().int(),
    })
    .nullable(),
});
export type TicketInsight = z.infer<typeof TicketInsight>;

export const SimilarTicketsInput = AboutTicket.extend({
  /** Also reads how the most similar ones were answered: one more round trip to Zendesk. */
  withAnswers: z.boolean().default(false),
});
export const SimilarTickets = z.object({
  solved: z.array(
    TicketEvidence.extend({
      likeness: certainty,
      tags: z.array(z.string()),
      updatedAt: z.string(),
      /** What the last public reply said; null when it was not asked for, or there is none. */
      answer: z.string().nullable(),
    }),
  ),
  open: z.array(TicketEvidence.extend({ likeness: certainty })),
  /** Open tickets about the same, shown or not. */
  openCount: z.number().int(),
});
export type SimilarTickets = z.infer<typeof SimilarTickets>;

export const TagSuggestions = z.object({
  tags: z.array(z.object({ tag: z.string(), certainty, band: Band, evidence: z.array(TicketEvidence) })),
  compared: z.number().int(),
});
export type TagSuggestions = z.infer<typeof TagSuggestions>;

export const Duplicates = z.object({
  candidates: z.array(
    z.object({
      ticket: TicketEvidence,
      /** `same-requester` can be merged; `same-problem` is linked as an incident, never merged. */
      kind: z.enum(['same-requester', 'same-problem']),
      likelihood: certainty,
      band: Band,
      /** The beginning of what each ticket says, side by side. */
      own: z.string(),
      other: z.string(),
      /** Zendesk's type of the other one is `problem`: an incident can be linked to it. */
      isProblem: z.boolean(),
      updatedAt: z.string(),
    }),
  ),
});
export type Duplicates = z.infer<typeof Duplicates>;

export const MacroSuggestions = z.object({
  macros: z.array(
    z.object({
      id: z.number().int(),
      title: z.string(),
      /** From 1. */
      rank: z.number().int(),
      score: certainty,
      why: z.object({
        /** Words of the ticket that stand in the macro. */
        shared: z.array(z.string()),
        /** Share of showings that were applied, corrected for the place in the list; null: never shown. */
        acceptance: certainty.nullable(),
        applied: z.number().int(),
        shown: z.number().int(),
      }),
      /** Fields the macro changes. */
      changes: z.array(z.string()),
    }),
  ),
  /** Macros this agent may use. */
  total: z.number().int(),
  /** The ticket's group, to be reported with what was shown. */
  groupId: z.number().int().nullable(),
});
export type MacroSuggestions = z.infer<typeof MacroSuggestions>;

export const ReviewQualityInput = z.object({
  ticketId,
  locale,
  /** The draft before it is sent; left out: the newest public reply. */
  draft: transient(z.string().min(1).max(20_000)).optional(),
});
export const QualityReview = z.object({
  /** Weighted mean of the lines that apply, 0 to 100; null when none applies. */
  total: certainty.nullable(),
  lines: z.array(
    z.object({
      name: z.string(),
      weight: z.number(),
      /** Null: does not apply here. */
      score: certainty.nullable(),
      reason: z.string(),
      /** Words of the reply it stands on; empty when it has none. */
      quote: z.string(),
    }),
  ),
  /** The lead lets agents write the score to the ticket. */
  writable: z.boolean(),
});
export type QualityReview = z.infer<typeof QualityReview>;

export const AskInput = z.object({ ticketId, locale, question: transient(z.string().min(1).max(2_000)) });
export const AskAnswer = z.object({
  /** Empty when nothing answers it. */
  text: z.string(),
  citations: z.array(Citation),
  sources: z.array(Source),
});
export type AskAnswer = z.infer<typeof AskAnswer>;
