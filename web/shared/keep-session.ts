import { renewSession } from '../../src/contract/copilot.ts';
import type { ApiClient } from './api-client.ts';

const firstRenewalSeconds = 300;
const retrySeconds = 30;

/** Prolongs the session as long as the panel is open, so that a long look at a ticket does not end in a sign-in. Returns its end. */
export function keepSession(api: ApiClient): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const renewAfter = (seconds: number): void => {
    timer = setTimeout(() => void renew(), seconds * 1000);
  };
  const renew = async (): Promise<void> => {
    try {
      const { session, renewAfterSeconds } = await api.call(renewSession, { params: {}, body: {} });
      api.useSession(session);
      renewAfter(renewAfterSeconds);
    } catch {
      // Offline or ended: the next call says so to the person; a network that returns is used again.
      renewAfter(retrySeconds);
    }
  };
  renewAfter(firstRenewalSeconds);
  return () => clearTimeout(timer);
}
