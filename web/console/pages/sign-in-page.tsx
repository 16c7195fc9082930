import { Button } from '@zendeskgarden/react-buttons';
import { useState, type FormEvent } from 'react';
import { signIn } from '../../../src/contract/accounts.ts';
import { acceptInvitation, resetPassword } from '../../../src/contract/links.ts';
import { answerChallenge } from '../../../src/contract/mfa.ts';
import type { Failure } from '../../shared/failure.ts';
import type { ConsoleApi } from '../api.ts';
import { FailureNotice, Notice, TextField } from '../components/small-parts.tsx';
import { useAction } from '../hooks/use-load.ts';
import type { MailLink } from '../state/link.ts';
import type { Translate } from '../strings/translate.ts';

interface Props {
  readonly api: ConsoleApi;
  readonly t: Translate;
  readonly link: MailLink | null;
  /** Why the person is here although they had signed in. */
  readonly notice: Failure | null;
  readonly onSignedIn: () => Promise<void>;
}

/** Address and password, then the code of a second factor; or a new password by a link. */
export function SignInPage({ api, t, link: given, notice, onSignedIn }: Props) {
  const [link, setLink] = useState(given);
  const [isSet, setIsSet] = useState(false);
  return (
    <main className="narrow">
      <p className="brand">InDesk</p>
      {link === null ? (
        <>
          {isSet && <Notice title={t('signIn.passwordSet')} tone="success" />}
          <FailureNotice failure={notice} t={t} />
          <SignInForm api={api} t={t} onSignedIn={onSignedIn} />
        </>
      ) : (
        <PasswordForm
          api={api}
          t={t}
          link={link}
          onSet={() => {
            setLink(null);
            setIsSet(true);
          }}
        />
      )}
    </main>
  );
}

function SignInForm({ api, t, onSignedIn }: Pick<Props, 'api' | 't' | 'onSignedIn'>) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [subscription, setSubscription] = useState('');
  const [challenge, setChallenge] = useState<string | null>(null);
  const [code, setCode] = useState('');
  const { busy, failure, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      if (challenge !== null) {
        const { accessToken } = await api.call(answerChallenge, {
          params: {},
          body: { challenge, code: code.trim() },
        });
        api.useToken(accessToken);
        return onSignedIn();
      }
      const name = subscription.trim();
      const answer = await api.call(signIn, {
        params: {},
        body: { email: email.trim(), password, ...(name !== '' && { subscription: name }) },
      });
      if (answer.kind === 'mfa-required') return setChallenge(answer.challenge);
      api.useToken(answer.accessToken);
      return onSignedIn();
    });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <h1 tabIndex={-1}>{t('signIn.title')}</h1>
      {challenge === null ? (
        <>
          <TextField
            label={t('signIn.email')}
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={setEmail}
          />
          <TextField
            label={t('signIn.password')}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={setPassword}
          />
          <TextField
            label={t('signIn.subscription')}
            hint={t('signIn.subscription.hint')}
            value={subscription}
            onChange={setSubscription}
          />
        </>
      ) : (
        <TextField
          label={t('signIn.code')}
          hint={t('signIn.code.hint')}
          autoComplete="one-time-code"
          required
          value={code}
          onChange={setCode}
        />
      )}
      <FailureNotice failure={failure} t={t} />
      <div className="actions">
        <Button type="submit" isPrimary disabled={busy}>
          {t(challenge === null ? 'signIn.go' : 'signIn.confirm')}
        </Button>
        {challenge !== null && (
          <Button isBasic onClick={() => setChallenge(null)}>
            {t('action.cancel')}
          </Button>
        )}
      </div>
    </form>
  );
}

function PasswordForm({
  api,
  t,
  link,
  onSet,
}: Pick<Props, 'api' | 't'> & { readonly link: MailLink; readonly onSet: () => void }) {
  const [password, setPassword] = useState('');
  const { busy, failure, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const endpoint = link.kind === 'invite' ? acceptInvitation : resetPassword;
    void run(async () => {
      await api.call(endpoint, { params: {}, body: { token: link.token, password } });
      onSet();
    });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <h1 tabIndex={-1}>{t(link.kind === 'invite' ? 'signIn.invited' : 'signIn.reset')}</h1>
      <TextField
        label={t('signIn.newPassword')}
        hint={t('signIn.newPassword.hint')}
        type="password"
        autoComplete="new-password"
        required
        value={password}
        onChange={setPassword}
      />
      <FailureNotice failure={failure} t={t} />
      <div className="actions">
        <Button type="submit" isPrimary disabled={busy}>
          {t('signIn.setPassword')}
        </Button>
      </div>
    </form>
  );
}
