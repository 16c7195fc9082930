import type { WidgetStrings } from '../strings/en.ts';
import type { ChatFailure } from './client.ts';

/** What the visitor is told of a failure, and what can be done about it. */
export interface FailureWords {
  readonly text: string;
  /** Undefined: nothing can be done here. */
  readonly action?: string;
  /** Seconds until the action makes sense. */
  readonly waitSeconds?: number;
}

export function failureWords({ kind, retryAfterSeconds }: ChatFailure, words: WidgetStrings): FailureWords {
  switch (kind) {
    case 'offline':
      return { text: words.offline, action: words.retry };
    case 'interrupted':
      return { text: words.interrupted, action: words.continueNow };
    case 'stopped':
      return { text: words.stopped, action: words.retry };
    case 'rate-limited': {
      const waitSeconds = Math.max(1, Math.ceil(retryAfterSeconds ?? 30));
      return { text: words.rateLimited(waitSeconds), action: words.retry, waitSeconds };
    }
    case 'chat-busy':
      return { text: words.busy, action: words.retry };
    case 'chat-unavailable':
      return { text: words.unavailable, action: words.retry };
    case 'chat-history-refused':
      return { text: words.movedOn, action: words.newConversation };
    case 'unreachable':
      return { text: words.unreachable, action: words.retry };
    default:
      return { text: words.failed, action: words.retry };
  }
}
