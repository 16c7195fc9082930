import { Transient } from '../../kernel/transient.ts';
import type { HelpDesk, HelpDeskCall } from '../../ports/help-desk.ts';
import { restrictionOf } from '../../services/macros/macro-text.ts';
import { estimateAcceptance } from '../evidence/macro-acceptance.ts';
import { buildLibrary, type MacroLibrary } from './macro-library.ts';
import type { MacroReader } from './macro-reader.ts';

/** The account's macros as they were last read, or from Zendesk itself while they have never been. */
export async function findMacros(
  reader: MacroReader,
  helpDesk: HelpDesk,
  call: HelpDeskCall,
): Promise<Transient<MacroLibrary>> {
  const library = await reader.get(call.connection);
  if (library !== undefined) return Transient.of(library);
  const fetched = await helpDesk.macros(call);
  return fetched.map((macros) =>
    buildLibrary(
      macros.map(({ id, title, description, actions, ...macro }) => ({
        id,
        title,
        description,
        actions: [...actions],
        restriction: restrictionOf(macro),
      })),
      estimateAcceptance([]),
    ),
  );
}
