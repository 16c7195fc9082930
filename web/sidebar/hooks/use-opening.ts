import { createContext, useCallback, useContext, useEffect, useMemo, useReducer } from 'react';
import { TicketInsight } from '../../../src/contract/abilities.ts';
import { openTicket, runFeature } from '../../../src/contract/copilot.ts';
import {
  cardNames,
  notOpened,
  reduceOpening,
  type ArrivedCard,
  type CardName,
  type Opening,
} from '../state/opening.ts';
import { failureOf, followStream } from './run-stream.ts';
import { useAbortable } from './use-abortable.ts';
import { useOnce } from './use-small-things.ts';
import { useSidebar } from './use-sidebar.ts';

export interface OpenedTicket extends Opening {
  /** Reads the ticket anew: insight, summary and every card. */
  readonly again: () => void;
  readonly stop: () => void;
  /** Asks for one card anew. */
  readonly cardAgain: (name: CardName) => void;
  /** Puts what was asked for in another way in a card's place; one that cannot be read counts as failed. */
  readonly putCard: (name: CardName, value: unknown) => void;
}

export const OpeningContext = createContext<OpenedTicket | null>(null);

/** The ticket as it opens; throws outside of its provider. */
export function useOpenedTicket(): OpenedTicket {
  const opened = useContext(OpeningContext);
  if (opened === null) throw new Error('useOpenedTicket needs an OpeningContext around it');
  return opened;
}

/** Opens the ticket in one stream, once when the sidebar appears; where the insight is switched off, each card by itself. */
export function useOpening(): OpenedTicket {
  const { api, zaf, ticketId, t, isOn, addPrompt } = useSidebar();
  const [opening, dispatch] = useReducer(reduceOpening, notOpened);
  const { begin, stop } = useAbortable(useCallback(() => dispatch({ type: 'stop' }), []));

  const cardAgain = useCallback(
    (name: CardName, signal?: AbortSignal) => {
      const body = { ticketId, locale: t.locale };
      api.call(runFeature, { params: { feature: name }, body, ...(signal && { signal }) }).then(
        ({ output }) => dispatch({ type: 'card', name, value: output }),
        (error: unknown) =>
          signal?.aborted !== true && dispatch({ type: 'card-failed', name, failure: failureOf(error) }),
      );
    },
    [api, ticketId, t],
  );

  const putCard = useCallback(
    (name: CardName, value: unknown) => dispatch({ type: 'card', name, value }),
    [],
  );

  const again = useCallback(() => {
    const signal = begin();
    if (!isOn('ticket-insight')) {
      for (const name of cardNames) if (isOn(name)) cardAgain(name, signal);
      return;
    }
    dispatch({ type: 'start' });
    const body = { ticketId, locale: t.locale };
    void followStream(
      api.stream(openTicket, { params: {}, body, signal, showPrompt: true }),
      TicketInsight,
      (action) => !signal.aborted && dispatch(action),
      (event) => {
        if (signal.aborted) return;
        if (event.type === 'card') dispatch({ type: 'card', name: event.feature, value: event.value });
        else if (event.type === 'card-problem')
          dispatch({
            type: 'card-failed',
            name: event.feature,
            failure: { kind: 'problem', problem: event.problem },
          });
        else addPrompt({ feature: 'ticket-insight', system: event.system, user: event.user });
      },
    );
  }, [api, addPrompt, begin, cardAgain, isOn, ticketId, t]);

  useOnce(true, again);
  // Hidden with its ticket it was stopped; shown again it finishes what it began.
  const stopped = opening.run.status === 'stopped';
  useEffect(() => zaf.on('app.activated', () => stopped && again()), [zaf, stopped, again]);

  return useMemo(
    () => ({ ...opening, again, stop, cardAgain, putCard }),
    [opening, again, stop, cardAgain, putCard],
  );
}

export interface CardView<N extends CardName> {
  readonly card: ArrivedCard<N> | null;
  /** True until the card has come or the opening has ended without it. */
  readonly waiting: boolean;
  /** The opening failed as a whole; that is told once, with its way out. */
  readonly lost: boolean;
  readonly again: () => void;
}

/** One card of the opened ticket. */
export function useCard<N extends CardName>(name: N): CardView<N> {
  const { cards, run, cardAgain } = useOpenedTicket();
  const card = (cards[name] ?? null) as ArrivedCard<N> | null;
  const ended = run.status === 'done' || run.status === 'failed' || run.status === 'stopped';
  return {
    card,
    waiting: card === null && !ended,
    lost: card === null && run.status === 'failed',
    again: useCallback(() => cardAgain(name), [cardAgain, name]),
  };
}
