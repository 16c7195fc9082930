import { Button } from '@zendeskgarden/react-buttons';
import { useCallback } from 'react';
import { listConfluenceSpaces } from '../../../src/contract/confluence.ts';
import { useConsole } from '../hooks/use-console.ts';
import { useAction, useLoad } from '../hooks/use-load.ts';
import { CheckField, FailureNotice, Loading } from './small-parts.tsx';

export interface Space {
  readonly id: string;
  readonly key: string;
  readonly name: string;
}

/** Which spaces of the connected Confluence are read. */
export function SpaceChoice({
  chosen,
  onChange,
}: {
  readonly chosen: readonly Space[];
  readonly onChange: (spaces: readonly Space[]) => void;
}) {
  const { api, t } = useConsole();
  const read = useCallback(
    (signal: AbortSignal) => api.call(listConfluenceSpaces, { params: {}, body: { page: null }, signal }),
    [api],
  );
  const { data, failure, reload, show } = useLoad(read);
  const more = useAction();
  if (data === null)
    return failure === null ? (
      <Loading t={t} />
    ) : (
      <FailureNotice failure={failure} t={t} onRetry={() => void reload()} />
    );
  const isChosen = (id: string) => chosen.some((one) => one.id === id);
  const load = (page: string) =>
    void more.run(async () => {
      const next = await api.call(listConfluenceSpaces, { params: {}, body: { page } });
      show({ spaces: [...data.spaces, ...next.spaces], next: next.next });
    });
  return (
    <fieldset className="plain-set">
      <legend>{t('source.spaces')}</legend>
      {data.spaces.map((space) => (
        <CheckField
          key={space.id}
          label={`${space.name} (${space.key})`}
          checked={isChosen(space.id)}
          onChange={(checked) =>
            onChange(checked ? [...chosen, space] : chosen.filter(({ id }) => id !== space.id))
          }
        />
      ))}
      {data.next !== null && (
        <Button size="small" isBasic disabled={more.busy} onClick={() => load(data.next ?? '')}>
          {t('source.spaces.more')}
        </Button>
      )}
      <FailureNotice failure={more.failure} t={t} />
    </fieldset>
  );
}
