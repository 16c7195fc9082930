import { Button } from '@zendeskgarden/react-buttons';
import { Field, Hint, Input, Message, Select, Textarea } from '@zendeskgarden/react-forms';
import { useCallback, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { problemSlug } from '../../../src/contract/problem.ts';
import { extractionRefusals } from '../../../src/kernel/extraction-refusals.ts';
import type { Failure } from '../../shared/failure.ts';
import { deExtraction } from '../../shared/strings/de-extraction.ts';
import { useConsole } from '../hooks/use-console.ts';
import type { StringKey, Translate } from '../strings/translate.ts';

export function Notice({
  title,
  tone = 'calm',
  children,
}: {
  readonly title: string;
  readonly tone?: 'calm' | 'danger' | 'warning' | 'success';
  readonly children?: ReactNode;
}) {
  return (
    <div className={`notice notice-${tone}`} role={tone === 'danger' ? 'alert' : undefined}>
      <p className="notice-title">{title}</p>
      {children}
    </div>
  );
}

/** What the server says beside the problem, in the screen's language where we have its words. */
function detailOf(detail: string | undefined, t: Translate): string | null {
  if (detail === undefined) return null;
  const found = Object.entries(extractionRefusals).find(
    ([, { title, wayOut }]) => detail === `${title}. ${wayOut}`,
  );
  if (found === undefined || t.language === 'en') return detail;
  const { title, wayOut } = deExtraction[found[0] as keyof typeof extractionRefusals];
  return `${title}. ${wayOut}`;
}

/** Why something did not work, and the way out. */
export function FailureNotice({
  failure,
  t,
  onRetry,
}: {
  readonly failure: Failure | null;
  readonly t: Translate;
  readonly onRetry?: (() => void) | undefined;
}) {
  if (failure === null) return null;
  const isProblem = failure.kind === 'problem';
  const words = isProblem
    ? t.problem(problemSlug(failure.problem))
    : { title: t(`failure.${failure.kind}.title`), wayOut: t(`failure.${failure.kind}.wayOut`) };
  const detail = isProblem ? detailOf(failure.problem.detail, t) : null;
  const isWhole = detail !== null && isProblem && problemSlug(failure.problem) === 'file-refused';
  return (
    <Notice title={words.title} tone="danger">
      {detail !== null && <p>{detail}</p>}
      {!isWhole && <p>{words.wayOut}</p>}
      {onRetry !== undefined && (
        <Button size="small" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      )}
    </Notice>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

function Around({ label, hint, error, children }: FieldProps & { readonly children: ReactNode }) {
  return (
    <Field className="field">
      <Field.Label>{label}</Field.Label>
      {hint !== undefined && <Hint>{hint}</Hint>}
      {children}
      {error !== undefined && <Message validation="error">{error}</Message>}
    </Field>
  );
}

export function TextField({
  value,
  onChange,
  type = 'text',
  autoComplete,
  inputMode,
  maxLength,
  required = false,
  ...around
}: FieldProps & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: string;
  readonly autoComplete?: string;
  readonly inputMode?: 'numeric' | 'decimal';
  readonly maxLength?: number;
  readonly required?: boolean;
}) {
  return (
    <Around {...around}>
      <Input
        isCompact
        type={type}
        value={value}
        required={required}
        autoComplete={autoComplete ?? 'off'}
        inputMode={inputMode}
        maxLength={maxLength}
        dir={type === 'text' ? 'auto' : undefined}
        {...(around.error !== undefined && { validation: 'error' as const })}
        onChange={(event) => onChange(event.target.value)}
      />
    </Around>
  );
}

export function AreaField({
  value,
  onChange,
  onKeyDown,
  rows = 3,
  maxLength,
  ...around
}: FieldProps & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly rows?: number;
  readonly maxLength?: number;
}) {
  return (
    <Around {...around}>
      <Textarea
        isCompact
        isResizable
        dir="auto"
        minRows={rows}
        maxRows={24}
        value={value}
        maxLength={maxLength}
        onKeyDown={onKeyDown}
        {...(around.error !== undefined && { validation: 'error' as const })}
        onChange={(event) => onChange(event.target.value)}
      />
    </Around>
  );
}

export function ChoiceField<V extends string>({
  value,
  onChange,
  options,
  ...around
}: FieldProps & {
  readonly value: V;
  readonly onChange: (value: V) => void;
  readonly options: readonly (readonly [V, string])[];
}) {
  return (
    <Around {...around}>
      <Select isCompact value={value} onChange={(event) => onChange(event.target.value as V)}>
        {options.map(([id, words]) => (
          <option key={id} value={id}>
            {words}
          </option>
        ))}
      </Select>
    </Around>
  );
}

export function CheckField({
  label,
  checked,
  onChange,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

/** Asks once more before something goes away. */
export function DeleteButton({
  ask,
  words,
  busy,
  onDelete,
}: {
  /** Names what goes away. */
  readonly ask: string;
  readonly words?: string;
  readonly busy?: boolean;
  readonly onDelete: () => void;
}) {
  const { t } = useConsole();
  const [open, setOpen] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const focusOnce = useCallback((node: HTMLButtonElement | null) => node?.focus(), []);
  const close = () => {
    setOpen(false);
    requestAnimationFrame(() => first.current?.focus());
  };
  if (!open)
    return (
      <Button
        ref={first}
        size="small"
        isDanger
        isBasic
        disabled={busy === true}
        onClick={() => setOpen(true)}
      >
        {words ?? t('action.delete')}
      </Button>
    );
  return (
    <div className="confirm">
      <span>{ask}</span>
      <Button
        size="small"
        isDanger
        isPrimary
        ref={focusOnce}
        onClick={() => {
          setOpen(false);
          onDelete();
        }}
      >
        {t('action.delete')}
      </Button>
      <Button size="small" isBasic onClick={close}>
        {t('action.cancel')}
      </Button>
    </div>
  );
}

/** A share as a bar with its words. */
export function Progress({
  label,
  done,
  total,
}: {
  readonly label: string;
  readonly done: number;
  readonly total: number;
}) {
  return (
    <div className="progress">
      <span>{label}</span>
      <progress aria-label={label} value={done} max={Math.max(1, total)} />
    </div>
  );
}

export const Mark = ({
  tone,
  children,
}: {
  readonly tone: 'good' | 'bad' | 'calm' | 'warn';
  readonly children: ReactNode;
}) => <span className={`mark mark-${tone}`}>{children}</span>;

export const Loading = ({ t }: { readonly t: Translate }) => (
  <p className="subtle" aria-busy="true">
    {t('state.loading')}
  </p>
);

export type { StringKey };
