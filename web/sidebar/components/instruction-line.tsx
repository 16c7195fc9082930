import { Field, Textarea } from '@zendeskgarden/react-forms';
import { useRef, useState, type KeyboardEvent } from 'react';
import { useSidebar } from '../hooks/use-sidebar.ts';
import { ToolButton } from './small-controls.tsx';

interface InstructionLineProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSend: (instruction: string) => void;
  readonly disabled: boolean;
}

/** What the agent wants said: Enter sends, Shift+Enter breaks the line, the up arrow in an empty line recalls. */
export function InstructionLine({ value, onChange, onSend, disabled }: InstructionLineProps) {
  const { t } = useSidebar();
  const sent = useRef<string[]>([]);
  const [recalled, setRecalled] = useState<number | null>(null);

  const send = () => {
    const instruction = value.trim();
    if (disabled || instruction === '') return;
    if (sent.current.at(-1) !== instruction) sent.current.push(instruction);
    setRecalled(null);
    onSend(instruction);
  };
  const recall = (step: 1 | -1) => {
    const index = Math.min(Math.max((recalled ?? sent.current.length) - step, 0), sent.current.length);
    setRecalled(index);
    onChange(sent.current[index] ?? '');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && (value === '' || recalled !== null) && sent.current.length > 0) {
      event.preventDefault();
      recall(1);
    } else if (event.key === 'ArrowDown' && recalled !== null) {
      event.preventDefault();
      recall(-1);
    }
  };
  return (
    <div className="instruction">
      <Field>
        <Field.Label hidden>{t('reply.instruction')}</Field.Label>
        <Textarea
          isCompact
          minRows={1}
          maxRows={5}
          dir="auto"
          maxLength={2_000}
          placeholder={t('reply.instruction.placeholder')}
          value={value}
          onChange={(event) => {
            setRecalled(null);
            onChange(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
      </Field>
      <ToolButton
        icon="send"
        label={t('reply.send')}
        onClick={send}
        disabled={disabled || value.trim() === ''}
      />
    </div>
  );
}
