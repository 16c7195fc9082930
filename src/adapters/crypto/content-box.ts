import { createHmac } from 'node:crypto';
import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type { ContentBox } from '../../ports/content-box.ts';
import type { SecretBox } from '../../ports/secret-box.ts';

/** A ContentBox over the SecretBox. */
export function createContentBox(secretBox: SecretBox): ContentBox {
  const key = secretBox.deriveKey('marks of content');
  return {
    seal: (content, binding) => secretBox.seal(reveal(content, 'sealing'), binding),
    open: async (sealed, binding) => Transient.of(await secretBox.open(sealed, binding)),
    mark: (content, subscriptionId) =>
      createHmac('sha256', key)
        .update(`${subscriptionId}\n`)
        .update(reveal(content, 'sealing'))
        .digest('hex'),
  };
}
