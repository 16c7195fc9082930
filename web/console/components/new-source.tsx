import { Button } from '@zendeskgarden/react-buttons';
import { useState, type FormEvent } from 'react';
import {
  createKnowledgeSource,
  knowledgeKinds,
  KnowledgeSettings,
  type KnowledgeKind,
} from '../../../src/contract/knowledge.ts';
import { useConsole } from '../hooks/use-console.ts';
import { useAction } from '../hooks/use-load.ts';
import { AreaField, CheckField, ChoiceField, FailureNotice, TextField } from './small-parts.tsx';
import { SpaceChoice, type Space } from './space-choice.tsx';

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** Adds a source to an AI agent. */
export function NewSource({
  aiAgentId,
  onMade,
}: {
  readonly aiAgentId: string;
  readonly onMade: () => Promise<void>;
}) {
  const { api, t } = useConsole();
  const [kind, setKind] = useState<KnowledgeKind>('files');
  const [name, setName] = useState('');
  const [inCopilot, setInCopilot] = useState(false);
  const [spaces, setSpaces] = useState<readonly Space[]>([]);
  const [locales, setLocales] = useState('');
  const [urls, setUrls] = useState('');
  const [sitemaps, setSitemaps] = useState('');
  const [wrong, setWrong] = useState(false);
  const { busy, failure, run } = useAction();
  const settings = (): unknown => {
    if (kind === 'confluence') return { kind, spaces: spaces.map(({ id, key }) => ({ id, key })) };
    if (kind === 'help-center') return { kind, locales: words(locales.toLowerCase()) };
    if (kind === 'web') return { kind, urls: words(urls), sitemaps: words(sitemaps) };
    return { kind };
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = KnowledgeSettings.safeParse(settings());
    setWrong(!parsed.success);
    if (!parsed.success) return;
    void run(async () => {
      await api.call(createKnowledgeSource, {
        params: {},
        body: {
          aiAgentId,
          inCopilot,
          internal: false,
          name: name.trim() === '' ? t(`kind.${kind}`) : name.trim(),
          settings: parsed.data,
        },
      });
      setName('');
      setSpaces([]);
      setUrls('');
      setSitemaps('');
      setLocales('');
      await onMade();
    });
  };
  const wrongWords = {
    confluence: 'wrong.spaces',
    'help-center': 'wrong.locales',
    web: 'wrong.urls',
  } as const;
  return (
    <form className="card stack" onSubmit={submit} noValidate>
      <h2>{t('source.new')}</h2>
      <div className="pair">
        <ChoiceField
          label={t('source.kind')}
          value={kind}
          options={knowledgeKinds.map((one) => [one, t(`kind.${one}`)])}
          onChange={(next) => {
            setKind(next);
            setWrong(false);
          }}
        />
        <TextField
          label={t('source.name')}
          hint={t('source.name.hint')}
          maxLength={100}
          value={name}
          onChange={setName}
        />
      </div>
      {kind === 'confluence' && <SpaceChoice chosen={spaces} onChange={setSpaces} />}
      {kind === 'help-center' && (
        <TextField
          label={t('source.locales')}
          hint={t('source.locales.hint')}
          value={locales}
          onChange={setLocales}
        />
      )}
      {kind === 'web' && (
        <div className="pair">
          <AreaField label={t('source.urls')} hint={t('source.urls.hint')} value={urls} onChange={setUrls} />
          <AreaField
            label={t('source.sitemaps')}
            hint={t('source.sitemaps.hint')}
            value={sitemaps}
            onChange={setSitemaps}
          />
        </div>
      )}
      <CheckField label={t('source.inCopilot')} checked={inCopilot} onChange={setInCopilot} />
      {wrong && kind in wrongWords && (
        <p className="wrong" role="alert">
          {t(wrongWords[kind as keyof typeof wrongWords])}
        </p>
      )}
      <FailureNotice failure={failure} t={t} />
      <div className="actions">
        <Button type="submit" size="small" isPrimary disabled={busy}>
          {t('source.add')}
        </Button>
      </div>
    </form>
  );
}
