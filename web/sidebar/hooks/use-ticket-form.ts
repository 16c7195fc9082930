import { useEffect, useMemo, useState } from 'react';
import type { ZafClient } from '../../shared/zaf-client.ts';
import {
  assigneeOf,
  pathOfField,
  pathsOfMacro,
  restoringChanges,
  type FormValues,
} from '../state/ticket-form.ts';
import { useSidebar } from './use-sidebar.ts';

/** Puts back what stood in the form before; rejects when the host refuses. */
export type Undo = () => Promise<void>;

/** The open, unsaved form of the ticket; nothing of it reaches Zendesk before the agent submits. */
export interface TicketForm {
  /** Sets one field by its Zendesk name, such as `priority` or `custom_fields_302`. */
  setField(field: string, value: string): Promise<Undo>;
  addTag(tag: string): Promise<void>;
  removeTag(tag: string): Promise<void>;
  /** Applies a macro as Zendesk itself does; `changes` are the fields it changes. */
  applyMacro(macroId: number, changes: readonly string[]): Promise<Undo>;
}

/** Changes the open form through the host and remembers what stood there. */
export function useTicketForm(): TicketForm {
  const { zaf } = useSidebar();
  return useMemo(
    () => ({
      setField: async (field, value) => {
        const path = pathOfField(field);
        if (path === null) throw new Error('this field cannot be set from here');
        if (path === 'ticket.assignee') return setGroup(zaf, Number(value));
        const before = (await zaf.get([path]))[path];
        await zaf.set({ [path]: value });
        return () => zaf.set({ [path]: before ?? null });
      },
      addTag: async (tag) => void (await zaf.invoke('ticket.tags.add', tag)),
      removeTag: async (tag) => void (await zaf.invoke('ticket.tags.remove', tag)),
      applyMacro: async (macroId, changes) => {
        const paths = pathsOfMacro(changes);
        const before = await zaf.get(paths);
        await zaf.invoke('macro', macroId);
        return async () => setAll(zaf, restoringChanges(before, await zaf.get(paths)));
      },
    }),
    [zaf],
  );
}

async function setGroup(zaf: ZafClient, groupId: number): Promise<Undo> {
  const before = assigneeOf(await zaf.get(['ticket.assignee.user', 'ticket.assignee.group']));
  await zaf.set({ 'ticket.assignee': { groupId } });
  return () => zaf.set({ 'ticket.assignee': before });
}

async function setAll(zaf: ZafClient, changes: FormValues): Promise<void> {
  if (Object.keys(changes).length > 0) await zaf.set(changes);
}

/** The tags in the open form, followed while they change; null until the host has told. */
export function useFormTags(): readonly string[] | null {
  const { zaf } = useSidebar();
  const [tags, setTags] = useState<readonly string[] | null>(null);
  useEffect(() => {
    const follow = (value: unknown) =>
      Array.isArray(value) && setTags(value.filter((tag): tag is string => typeof tag === 'string'));
    const read = () =>
      zaf.get(['ticket.tags']).then(
        (values) => follow(values['ticket.tags']),
        () => {},
      );
    void read();
    return zaf.on('ticket.tags.changed', () => void read());
  }, [zaf]);
  return tags;
}
