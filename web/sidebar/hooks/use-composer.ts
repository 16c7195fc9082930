import { useMemo, useState } from 'react';
import { htmlOfText, looksLikeHtml } from '../../shared/html-text.ts';
import type { ZafClient } from '../../shared/zaf-client.ts';

/** The agent's reply field in Zendesk; every method rejects when the host refuses. */
export interface Composer {
  /** What stands in the field: HTML or plain text. */
  read(): Promise<string>;
  append(text: string): Promise<void>;
  /** `text` may be HTML only when `html`. */
  replace(text: string, html?: boolean): Promise<void>;
  /** Puts back what stood there before the last change. */
  undo(): Promise<void>;
  readonly canUndo: boolean;
}

/** Writes to the reply field and remembers its earlier texts in memory. */
export function useComposer(zaf: ZafClient | null): Composer {
  const [earlier, setEarlier] = useState<readonly string[]>([]);
  return useMemo(() => {
    const host = () => {
      if (zaf === null) throw new Error('not connected');
      return zaf;
    };
    const read = async () => {
      const values = await host().get(['ticket.comment.text']);
      const text = values['ticket.comment.text'];
      if (typeof text !== 'string') throw new Error('the reply field has no text');
      return text;
    };
    const write = async (before: string, change: () => Promise<unknown>) => {
      await change();
      setEarlier((texts) => [...texts, before]);
    };
    return {
      read,
      canUndo: earlier.length > 0,
      append: async (text) => write(await read(), () => host().invoke('ticket.comment.appendText', text)),
      replace: async (text, html = false) => {
        const before = await read();
        const rich = !html && looksLikeHtml(before);
        await write(before, () => host().set({ 'ticket.comment.text': rich ? htmlOfText(text) : text }));
      },
      undo: async () => {
        const text = earlier.at(-1);
        if (text === undefined) return;
        await host().set({ 'ticket.comment.text': text });
        setEarlier((texts) => texts.slice(0, -1));
      },
    };
  }, [zaf, earlier]);
}
