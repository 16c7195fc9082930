import { useConsole } from '../hooks/use-console.ts';
import type { DraftProps } from './settings-fields.tsx';
import { AreaField, CheckField, TextField } from './small-parts.tsx';

// A Monday, for the names of the days.
const monday = Date.UTC(2026, 0, 5);
const dayMs = 86_400_000;

/** When people are there. */
export function HoursFields({ draft, set, errors }: DraftProps) {
  const { t } = useConsole();
  const nameOf = (day: number) =>
    new Intl.DateTimeFormat(t.language, { weekday: 'long', timeZone: 'UTC' }).format(monday + day * dayMs);
  return (
    <>
      <CheckField
        label={t('settings.hours.enabled')}
        checked={draft.hasHours}
        onChange={(hasHours) => set({ hasHours })}
      />
      {draft.hasHours && (
        <div className="inset stack">
          <TextField
            label={t('settings.hours.zone')}
            error={errors.timeZone ? t('wrong.timeZone') : undefined}
            value={draft.timeZone}
            onChange={(timeZone) => set({ timeZone })}
          />
          <p className="subtle">{t('settings.hours.hint')}</p>
          <div className="week">
            {draft.week.map((spans, day) => (
              <TextField
                // eslint-disable-next-line react/no-array-index-key -- the days of the week never move
                key={day}
                label={nameOf(day)}
                value={spans}
                onChange={(next) => set({ week: draft.week.with(day, next) })}
              />
            ))}
          </div>
          {errors.week && <p className="wrong">{t('wrong.week')}</p>}
          <AreaField
            label={t('settings.hours.holidays')}
            hint={t('settings.hours.holidays.hint')}
            rows={2}
            error={errors.holidays ? t('wrong.holidays') : undefined}
            value={draft.holidays}
            onChange={(holidays) => set({ holidays })}
          />
        </div>
      )}
    </>
  );
}
