import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { deleteProvider, providerIdByLabel } from './integration-queries.ts';

/** Deletes a provider account and its key. When it was the one that answers, nobody answers until another is chosen: content never goes somewhere new by itself. */
export async function removeProvider(
  call: Call<'database'>,
  which: { readonly id: string } | { readonly label: string },
): Promise<void> {
  const { database } = call.ports;
  const id = 'id' in which ? which.id : await database.read(call, (tx) => providerIdByLabel(tx, which.label));
  if (id === undefined) throw new ProblemError('not-found', { detail: 'There is no provider of that name.' });
  await database.write(
    call,
    { permission: 'integrations:write', audit: { action: 'provider.removed', target: id } },
    async (tx) => {
      if (!(await deleteProvider(tx, id))) throw new ProblemError('not-found');
    },
  );
}
