import type { ReactNode } from 'react';
import type { ProviderState } from '../../../src/contract/integrations.ts';
import { useConsole } from '../hooks/use-console.ts';
import type { DraftErrors, SettingsDraft } from '../state/settings-draft.ts';
import { AvatarField } from './avatar-field.tsx';
import { HoursFields } from './hours-fields.tsx';
import { AreaField, CheckField, ChoiceField, TextField } from './small-parts.tsx';

export interface DraftProps {
  readonly draft: SettingsDraft;
  readonly set: (change: Partial<SettingsDraft>) => void;
  readonly errors: DraftErrors;
}

export function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <fieldset className="card stack">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

/** How it greets, speaks and what it must not do. */
export function AnswerFields({
  draft,
  set,
  errors,
  providers,
}: DraftProps & { readonly providers: readonly ProviderState[] }) {
  const { t } = useConsole();
  const wrong = (field: keyof SettingsDraft) => (errors[field] ? t(`wrong.${wrongKey(field)}`) : undefined);
  return (
    <Group title={t('settings.answers')}>
      <AreaField
        label={t('settings.greeting')}
        rows={2}
        maxLength={500}
        error={wrong('greeting')}
        value={draft.greeting}
        onChange={(greeting) => set({ greeting })}
      />
      <AreaField
        label={t('settings.starters')}
        hint={t('settings.starters.hint')}
        error={wrong('starters')}
        value={draft.starters}
        onChange={(starters) => set({ starters })}
      />
      <div className="pair">
        <ChoiceField
          label={t('settings.tone')}
          value={draft.tone}
          options={(['professional', 'friendly', 'neutral', 'casual'] as const).map((one) => [
            one,
            t(`tone.${one}`),
          ])}
          onChange={(tone) => set({ tone })}
        />
        <ChoiceField
          label={t('settings.length')}
          value={draft.length}
          options={(['concise', 'balanced', 'detailed'] as const).map((one) => [one, t(`length.${one}`)])}
          onChange={(length) => set({ length })}
        />
      </div>
      <TextField
        label={t('settings.languages')}
        hint={t('settings.languages.hint')}
        error={wrong('languages')}
        value={draft.languages}
        onChange={(languages) => set({ languages })}
      />
      <AreaField
        label={t('settings.instructions')}
        hint={t('settings.instructions.hint')}
        rows={5}
        maxLength={8_000}
        error={wrong('instructions')}
        value={draft.instructions}
        onChange={(instructions) => set({ instructions })}
      />
      <AreaField
        label={t('settings.refusedTopics')}
        hint={t('settings.lines')}
        error={wrong('refusedTopics')}
        value={draft.refusedTopics}
        onChange={(refusedTopics) => set({ refusedTopics })}
      />
      <div className="pair">
        <ChoiceField
          label={t('settings.provider')}
          error={wrong('providerId')}
          value={draft.providerId}
          options={[
            ['', t('settings.provider.usual')],
            ...providers.map(({ id, label }) => [id, label] as const),
          ]}
          onChange={(providerId) => set({ providerId })}
        />
        <ChoiceField
          label={t('settings.tier')}
          value={draft.tier}
          options={(['quality', 'fast'] as const).map((one) => [one, t(`tier.${one}`)])}
          onChange={(tier) => set({ tier })}
        />
        <TextField
          label={t('settings.temperature')}
          hint={t('settings.temperature.hint')}
          inputMode="decimal"
          error={wrong('temperature')}
          value={draft.temperature}
          onChange={(temperature) => set({ temperature })}
        />
      </div>
    </Group>
  );
}

const own = ['allowedOrigins', 'week', 'holidays', 'timeZone', 'turnLimit', 'languages', 'image'] as const;
type OwnWrong = (typeof own)[number] | 'number' | 'long';
const numbers: ReadonlySet<string> = new Set(['temperature', 'afterUnanswered', 'groupId', 'budgetMost']);

/** Which sentence says what is wrong with a field. */
export const wrongKey = (field: keyof SettingsDraft): OwnWrong =>
  own.find((one) => one === field) ?? (numbers.has(field) ? 'number' : 'long');

/** When people take over, and when they are there. */
export function HandOffFields({ draft, set, errors }: DraftProps) {
  const { t } = useConsole();
  const wrong = (field: keyof SettingsDraft) => (errors[field] ? t(`wrong.${wrongKey(field)}`) : undefined);
  return (
    <Group title={t('settings.handOff')}>
      <CheckField
        label={t('settings.handOff.enabled')}
        checked={draft.handOff}
        onChange={(handOff) => set({ handOff })}
      />
      {draft.handOff && (
        <>
          <AreaField
            label={t('settings.handOff.when')}
            hint={t('settings.lines')}
            error={wrong('handOffWhen')}
            value={draft.handOffWhen}
            onChange={(handOffWhen) => set({ handOffWhen })}
          />
          <div className="pair">
            <TextField
              label={t('settings.handOff.after')}
              hint={t('settings.handOff.after.hint')}
              inputMode="numeric"
              error={wrong('afterUnanswered')}
              value={draft.afterUnanswered}
              onChange={(afterUnanswered) => set({ afterUnanswered })}
            />
            <TextField
              label={t('settings.handOff.group')}
              hint={t('settings.handOff.group.hint')}
              inputMode="numeric"
              error={wrong('groupId')}
              value={draft.groupId}
              onChange={(groupId) => set({ groupId })}
            />
          </div>
        </>
      )}
      <HoursFields draft={draft} set={set} errors={errors} />
      <ChoiceField
        label={t('settings.writeBack')}
        value={draft.writeBack}
        options={(['off', 'transcript', 'live'] as const).map((one) => [one, t(`writeBack.${one}`)])}
        onChange={(writeBack) => set({ writeBack })}
      />
    </Group>
  );
}

/** How the widget looks and where it may stand. */
export function LookFields({ draft, set, errors }: DraftProps) {
  const { t } = useConsole();
  return (
    <Group title={t('settings.look')}>
      <AvatarField draft={draft} set={set} errors={errors} />
      <div className="pair">
        <TextField
          label={t('settings.colour')}
          type="color"
          value={draft.colour}
          onChange={(colour) => set({ colour })}
        />
        <ChoiceField
          label={t('settings.position')}
          value={draft.position}
          options={(['right', 'left'] as const).map((one) => [one, t(`position.${one}`)])}
          onChange={(position) => set({ position })}
        />
        <ChoiceField
          label={t('settings.theme')}
          value={draft.theme}
          options={(['auto', 'light', 'dark'] as const).map((one) => [one, t(`theme.${one}`)])}
          onChange={(theme) => set({ theme })}
        />
      </div>
      <AreaField
        label={t('settings.origins')}
        hint={t('settings.origins.hint')}
        error={errors.allowedOrigins ? t('wrong.allowedOrigins') : undefined}
        value={draft.allowedOrigins}
        onChange={(allowedOrigins) => set({ allowedOrigins })}
      />
    </Group>
  );
}

/** How much it may do. */
export function LimitFields({ draft, set, errors }: DraftProps) {
  const { t } = useConsole();
  return (
    <Group title={t('settings.limits')}>
      <div className="pair">
        <TextField
          label={t('settings.turnLimit')}
          inputMode="numeric"
          error={errors.turnLimit ? t('wrong.turnLimit') : undefined}
          value={draft.turnLimit}
          onChange={(turnLimit) => set({ turnLimit })}
        />
        <ChoiceField
          label={t('settings.budget')}
          value={draft.budgetMetric}
          options={(['none', 'nano-usd', 'tokens'] as const).map((one) => [one, t(`budget.${one}`)])}
          onChange={(budgetMetric) => set({ budgetMetric })}
        />
        {draft.budgetMetric !== 'none' && (
          <TextField
            label={t(draft.budgetMetric === 'tokens' ? 'settings.budget.tokens' : 'settings.budget.dollars')}
            inputMode="decimal"
            error={errors.budgetMost ? t('wrong.number') : undefined}
            value={draft.budgetMost}
            onChange={(budgetMost) => set({ budgetMost })}
          />
        )}
      </div>
    </Group>
  );
}
