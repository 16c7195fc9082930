import { readText, type TextFeatures } from '../ranking/text-features.ts';
import {
  fullScore,
  indexTexts,
  scoreTexts,
  typicalScores,
  type TextIndex,
  type ViewWeights,
} from '../ranking/text-index.ts';
import { sharedEvidence, type SharedEvidence } from './shared-passages.ts';

export interface ComparedTicket {
  readonly id: number;
  /** Null when it is not known who asked. */
  readonly requesterId: number | null;
  readonly subject: string;
  readonly text: string;
  /** ISO 8601; null when not known. */
  readonly createdAt: string | null;
}

export type DuplicateBand = 'likely' | 'possible' | 'unlikely';

export interface Duplicate {
  readonly id: number;
  /** `same-requester` may be merged by a person; `same-problem` is another customer's and is only ever linked to a problem. */
  readonly kind: 'same-requester' | 'same-problem';
  /** Points of likeness, without fixed ends; comparable within one search only. */
  readonly score: number;
  /** 0 to 1. Of the best candidates rated 0.8, about eight in ten are the same matter. */
  readonly likelihood: number;
  readonly band: DuplicateBand;
  readonly shared: SharedEvidence;
}

export interface CandidateIndex {
  readonly candidates: readonly ComparedTicket[];
  readonly features: readonly TextFeatures[];
  readonly texts: TextIndex;
  /** What each candidate scores against the other candidates on average. */
  readonly typical: Float64Array;
}

const weights: ViewWeights = { words: 1, grams: 0.2, meanings: 0.6, entities: 0.5 };
const everydayFactor = 0.7;
/** Share of a candidate's likeness to the other candidates that is taken off. Below 1: in an outage most of them are about the same. */
const typicalFactor = 0.6;

/**
 * The likelihood is a logistic sum. Share and lead were fitted on split conversations among 10 to 150 others;
 * the other three are set by judgement, since no labelled data shows them.
 */
const likelihoodTerms = {
  start: -4.4,
  /** Times the share of the ticket's own full score that the candidate reaches, 0 to 1. */
  share: 11,
  /** Times the lead of the best candidate over the second, 0 to 1. */
  lead: 3.5,
  /** Share from which the lead counts in full: to lead with next to nothing in common means nothing. */
  leadFullFrom: 0.1,
  /** A ticket of fewer different words says too little: share and lead count in proportion. */
  wordsWanted: 6,
  sameRequester: 1.5,
  /** Same requester within a week. */
  soonAfter: 0.5,
  /** Both name the same order number, code or the like. */
  sharedNumber: 1.5,
} as const;
const likelyFrom = 0.7;
const possibleFrom = 0.3;
const week = 7 * 24 * 3_600_000;

/** What a ticket is compared by. */
export const textOf = (ticket: ComparedTicket): string =>
  [ticket.subject, ticket.text].filter(Boolean).join('\n');

/** Makes candidates ready to be compared; one index serves any number of tickets. */
export function indexCandidates(candidates: readonly ComparedTicket[]): CandidateIndex {
  const features = candidates.map((candidate) => readText(textOf(candidate)));
  const texts = indexTexts(features, [], everydayFactor);
  const typical = typicalScores(texts, features, (other, place) =>
    // What a candidate scores against itself says nothing about the others.
    scoreTexts(texts, other, weights).with(place, 0),
  );
  return { candidates, features, texts, typical };
}

/** Candidates most like the ticket, best first, at most `limit`; the ticket itself and texts with nothing in common are left out. */
export function findDuplicates(ticket: ComparedTicket, index: CandidateIndex, limit = 10): Duplicate[] {
  const query = readText(textOf(ticket));
  const scores = scoreTexts(index.texts, query, weights);
  const full = fullScore(index.texts, query, weights);
  const ranked = index.candidates
    .map((candidate, at) => ({
      candidate,
      at,
      likeness: scores[at] ?? 0,
      score: (scores[at] ?? 0) - typicalFactor * (index.typical[at] ?? 0),
    }))
    .filter(({ candidate, likeness }) => likeness > 0 && candidate.id !== ticket.id)
    .toSorted((a, b) => b.score - a.score || a.at - b.at);
  const best = ranked[0]?.score ?? 0;
  const substance = Math.min(1, new Set(query.words).size / likelihoodTerms.wordsWanted);
  const lead = best <= 0 ? 0 : substance * (1 - Math.max(0, ranked[1]?.score ?? 0) / best);
  const rarityOf = (term: string): number => index.texts.byView.words.rarity.get(term) ?? 0;
  return ranked
    .map(({ candidate, at, score }, rank) => {
      const sameRequester = candidate.requesterId !== null && candidate.requesterId === ticket.requesterId;
      const share = full === 0 ? 0 : substance * (score / full);
      const likelihood = logistic(
        likelihoodTerms.start +
          likelihoodTerms.share * share +
          (rank === 0 ? likelihoodTerms.lead * lead * Math.min(1, share / likelihoodTerms.leadFullFrom) : 0) +
          (sameRequester ? likelihoodTerms.sameRequester : 0) +
          (sameRequester && withinWeek(candidate, ticket) ? likelihoodTerms.soonAfter : 0) +
          (sharesNumber(query, index.features[at]) ? likelihoodTerms.sharedNumber : 0),
      );
      return { candidate, sameRequester, score, likelihood };
    })
    .toSorted((a, b) => b.likelihood - a.likelihood || b.score - a.score)
    .slice(0, limit)
    .map(({ candidate, sameRequester, score, likelihood }) => ({
      id: candidate.id,
      kind: sameRequester ? 'same-requester' : 'same-problem',
      score,
      likelihood,
      band: likelihood >= likelyFrom ? 'likely' : likelihood >= possibleFrom ? 'possible' : 'unlikely',
      shared: sharedEvidence(textOf(ticket), textOf(candidate), rarityOf),
    }));
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

function withinWeek(a: ComparedTicket, b: ComparedTicket): boolean {
  if (a.createdAt === null || b.createdAt === null) return false;
  return Math.abs(Date.parse(a.createdAt) - Date.parse(b.createdAt)) <= week;
}

/** An identifying number: at least five characters, most of them digits, or a code with a digit. Links and handles do not count. */
function sharesNumber(a: TextFeatures, b: TextFeatures | undefined): boolean {
  if (b === undefined) return false;
  const named = new Set(b.entities);
  return a.entities.some(
    (entity) => /^[\p{L}\d._-]{5,}$/u.test(entity) && /\d{3}/.test(entity) && named.has(entity),
  );
}
