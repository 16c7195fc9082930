import { Button } from '@zendeskgarden/react-buttons';
import { useState } from 'react';
import { useConsole } from '../hooks/use-console.ts';
import type { DraftProps } from './settings-fields.tsx';
import { TextField } from './small-parts.tsx';

const mostBytes = 34 * 1024;

/** Initials and colour, or a small picture that is kept in the settings themselves. */
export function AvatarField({ draft, set, errors }: DraftProps) {
  const { t } = useConsole();
  const [tooLarge, setTooLarge] = useState(false);
  const take = (file: File | undefined) => {
    if (file === undefined) return;
    const fits = file.size <= mostBytes && /^image\/(?:png|jpeg|webp)$/.test(file.type);
    setTooLarge(!fits);
    if (!fits) return;
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      if (typeof reader.result === 'string') set({ image: reader.result });
    });
    reader.readAsDataURL(file);
  };
  return (
    <div className="pair">
      <TextField
        label={t('settings.initials')}
        maxLength={3}
        error={errors.initials ? t('wrong.long') : undefined}
        value={draft.initials}
        onChange={(initials) => set({ initials })}
      />
      <TextField
        label={t('settings.avatarColour')}
        type="color"
        value={draft.avatarColour}
        onChange={(avatarColour) => set({ avatarColour })}
      />
      <div className="field">
        <label htmlFor="avatar-image">{t('settings.image')}</label>
        <span className="subtle">{t('settings.image.hint')}</span>
        {draft.image === null ? (
          <input
            id="avatar-image"
            type="file"
            accept="image/png,image/jpeg,image/webp"
            onChange={(event) => take(event.target.files?.[0])}
          />
        ) : (
          <span className="actions">
            <img className="avatar" src={draft.image} alt={t('settings.image')} />
            <Button id="avatar-image" size="small" isBasic onClick={() => set({ image: null })}>
              {t('action.delete')}
            </Button>
          </span>
        )}
        {(tooLarge || errors.image) && <p className="wrong">{t('wrong.image')}</p>}
      </div>
    </div>
  );
}
