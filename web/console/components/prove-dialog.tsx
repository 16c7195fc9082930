import { Button } from '@zendeskgarden/react-buttons';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { proveIdentity } from '../../../src/contract/mfa.ts';
import { useConsole } from '../hooks/use-console.ts';
import { useAction } from '../hooks/use-load.ts';
import { FailureNotice, TextField } from './small-parts.tsx';

/** Asks for the password, or a code, once more. */
export function ProveDialog({ onEnd }: { readonly onEnd: (proven: boolean) => void }) {
  const { api, t } = useConsole();
  const dialog = useRef<HTMLDialogElement>(null);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { busy, failure, run } = useAction();
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const proven = await run(async () => {
      const given = code.trim() === '' ? { password } : { code: code.trim() };
      const { accessToken } = await api.call(proveIdentity, { params: {}, body: given });
      api.useToken(accessToken);
    });
    if (proven) onEnd(true);
  };
  return (
    <dialog ref={dialog} aria-labelledby="prove-title" onCancel={() => onEnd(false)}>
      <form onSubmit={(event) => void submit(event)} className="stack">
        <h2 id="prove-title">{t('prove.title')}</h2>
        <p>{t('prove.why')}</p>
        <TextField
          label={t('signIn.password')}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
        <TextField
          label={t('prove.code')}
          autoComplete="one-time-code"
          inputMode="numeric"
          value={code}
          onChange={setCode}
        />
        <FailureNotice failure={failure} t={t} />
        <div className="actions">
          <Button type="submit" size="small" isPrimary disabled={busy || (password === '' && code === '')}>
            {t('prove.go')}
          </Button>
          <Button size="small" isBasic onClick={() => onEnd(false)}>
            {t('action.cancel')}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
