import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import { keptSeconds, type KeptTranscripts, type TranscriptPlace } from '../../ports/kept-transcripts.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import { SecretBoxError, type SealBinding, type SealScope, type SecretBox } from '../../ports/secret-box.ts';

/** Kept transcripts, each session's under a key of its own. */
export function createKeptTranscripts(secretBox: SecretBox, keyValues: KeyValueStore): KeptTranscripts {
  return {
    async keep(place, transcript) {
      const sealed = await secretBox.seal(reveal(transcript, 'sealing'), bindingOf(place), scopeOf(place));
      await keyValues.set(keyOf(place), sealed, { ttlSeconds: keptSeconds });
    },
    async find(place) {
      const sealed = await keyValues.get(keyOf(place));
      if (sealed === undefined) return undefined;
      try {
        return Transient.of(await secretBox.open(sealed, bindingOf(place), scopeOf(place)));
      } catch (error) {
        if (error instanceof SecretBoxError) return undefined;
        throw error;
      }
    },
    forget: (place) => keyValues.delete(keyOf(place)),
  };
}

const keyOf = ({ subscriptionId, sessionId }: TranscriptPlace): string =>
  `chat-transcript:${subscriptionId}:${sessionId}`;

// No table holds it: the names keep it apart from everything that one does.
const bindingOf = ({ subscriptionId, sessionId }: TranscriptPlace): SealBinding => ({
  subscriptionId,
  table: 'chat',
  column: 'transcript',
  row: sessionId,
});

const scopeOf = ({ sessionId }: TranscriptPlace): SealScope => ({
  purpose: 'chat transcript',
  salt: sessionId,
});
