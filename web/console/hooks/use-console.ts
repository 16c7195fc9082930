import { createContext, useContext } from 'react';
import type { Stopped } from '../../../src/contract/questions.ts';
import type { ConsoleApi } from '../api.ts';
import type { Translate } from '../strings/translate.ts';

/** What every part of the console is given. */
export interface Console {
  readonly api: ConsoleApi;
  readonly t: Translate;
  /** The person may change settings. */
  readonly mayWrite: boolean;
  /** Who stopped all AI agents; undefined: not known yet. */
  readonly stopped: Stopped['stopped'] | undefined;
  /** Reads it again. */
  lookAtStop(): void;
  /** Says something to people who cannot see it happen. */
  announce(words: string): void;
  /** Asks for the password again, where a step needs fresh proof; false: the person would not. */
  prove(): Promise<boolean>;
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (found === null) throw new Error('outside of the console');
  return found;
}
