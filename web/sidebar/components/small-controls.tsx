import { IconButton } from '@zendeskgarden/react-buttons';
import { Tooltip } from '@zendeskgarden/react-tooltips';
import { useId, type ReactNode } from 'react';
import type { FeatureName } from '../../../src/contract/copilot.ts';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { Icon, type IconName } from './icons.tsx';

interface ToolButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly expanded?: boolean;
  readonly controls?: string;
  readonly pressed?: boolean;
}

/** An icon button with its name as a tooltip. */
export function ToolButton({
  icon,
  label,
  onClick,
  disabled = false,
  expanded,
  controls,
  pressed,
}: ToolButtonProps) {
  return (
    <Tooltip content={label} placement="bottom-end" hasArrow={false}>
      <IconButton
        size="small"
        aria-label={label}
        onClick={onClick}
        disabled={disabled}
        {...(expanded !== undefined && { 'aria-expanded': expanded })}
        {...(controls !== undefined && { 'aria-controls': controls })}
        {...(pressed !== undefined && { 'aria-pressed': pressed })}
      >
        <Icon name={icon} />
      </IconButton>
    </Tooltip>
  );
}

interface CardProps {
  readonly title: string;
  readonly badge?: ReactNode;
  readonly tools?: ReactNode;
  readonly busy?: boolean;
  readonly children: ReactNode;
}

/** One section of the sidebar with its heading line. */
export function Card({ title, badge, tools, busy = false, children }: CardProps) {
  const heading = useId();
  return (
    <section className="card" aria-labelledby={heading} aria-busy={busy}>
      <header className="card-head">
        <h2 id={heading}>{title}</h2>
        {badge}
        <span className="card-tools">{tools}</span>
      </header>
      {children}
    </section>
  );
}

/** Says that what stands here comes from the built-in stand-in. */
export function DemoLabel({ text, why }: { readonly text: string; readonly why: string }) {
  return (
    <span className="chip chip-demo" title={why}>
      {text}
    </span>
  );
}

/** In place of an ability that cannot work without a model. */
export function NeedsProvider({ feature }: { readonly feature: ModelFeatureName }) {
  const { t } = useSidebar();
  return <p className="needs-provider">{t(`needsProvider.${feature}`)}</p>;
}

/** Abilities that need a model for everything they do. */
export type ModelFeatureName = Extract<
  FeatureName,
  'summarize-ticket' | 'suggest-reply' | 'rewrite-text' | 'review-quality' | 'ask'
>;
