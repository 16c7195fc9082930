import { Button } from '@zendeskgarden/react-buttons';
import { Field, Input, Select } from '@zendeskgarden/react-forms';
import { useMemo, useState, type FormEvent } from 'react';
import { useSidebar } from '../hooks/use-sidebar.ts';

const languages = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'nl',
  'pl',
  'cs',
  'sv',
  'da',
  'nb',
  'fi',
  'tr',
  'ro',
  'el',
  'uk',
  'ru',
  'ar',
  'he',
  'hi',
  'th',
  'vi',
  'ja',
  'ko',
  'zh',
];

interface ModeDetailsProps {
  readonly mode: 'translate' | 'custom';
  readonly onRun: (more: { targetLanguage?: string; instruction?: string }) => void;
}

/** The one more thing a translation or an own wish needs to know. */
export function ModeDetails({ mode, onRun }: ModeDetailsProps) {
  const { t } = useSidebar();
  const [wish, setWish] = useState('');
  const [language, setLanguage] = useState('en');
  const named = useMemo(() => {
    const names = new Intl.DisplayNames(t.locale, { type: 'language' });
    return languages
      .map((code) => ({ code, name: names.of(code) ?? code }))
      .toSorted((left, right) => left.name.localeCompare(right.name, t.locale));
  }, [t]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onRun(mode === 'translate' ? { targetLanguage: language } : { instruction: wish.trim() });
  };
  return (
    <form className="mode-details" onSubmit={submit}>
      {mode === 'translate' ? (
        <Field>
          <Field.Label isRegular className="small-label">
            {t('improve.language')}
          </Field.Label>
          <Select isCompact value={language} onChange={(event) => setLanguage(event.target.value)}>
            {named.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      ) : (
        <Field>
          <Field.Label isRegular className="small-label">
            {t('improve.instruction')}
          </Field.Label>
          <Input
            isCompact
            dir="auto"
            maxLength={2_000}
            value={wish}
            onChange={(event) => setWish(event.target.value)}
          />
        </Field>
      )}
      <Button size="small" type="submit" disabled={mode === 'custom' && wish.trim() === ''}>
        {t('improve.run')}
      </Button>
    </form>
  );
}
