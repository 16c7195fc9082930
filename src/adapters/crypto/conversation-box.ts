import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type { ConversationBox, ConversationPlace } from '../../ports/conversation-box.ts';
import type { SealBinding, SealScope, SecretBox } from '../../ports/secret-box.ts';

/** A ConversationBox over the SecretBox. */
export function createConversationBox(secretBox: SecretBox): ConversationBox {
  return {
    seal: async (conversation, place) =>
      Transient.of(await secretBox.seal(reveal(conversation, 'sealing'), bindingOf(place), scopeOf(place))),
    open: async (sealed, place) =>
      Transient.of(await secretBox.open(reveal(sealed, 'sealing'), bindingOf(place), scopeOf(place))),
  };
}

// No table holds it: the names keep it apart from everything that one does.
const bindingOf = ({ subscriptionId, aiAgentId, sessionId, turn }: ConversationPlace): SealBinding => ({
  subscriptionId,
  table: 'chat',
  column: 'history',
  row: `${aiAgentId}/${sessionId}/${turn}`,
});

const scopeOf = ({ sessionId }: ConversationPlace): SealScope => ({
  purpose: 'chat history',
  salt: sessionId,
});
