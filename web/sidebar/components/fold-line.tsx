import { useId, useState, type ReactNode } from 'react';
import { Icon } from './icons.tsx';

interface FoldLineProps {
  readonly name: string;
  /** What stands in the line while it is folded. */
  readonly words: ReactNode;
  /** Nothing to unfold. */
  readonly empty: boolean;
  readonly onOpen?: () => void;
  /** Made when it is first unfolded, and kept from then on. */
  readonly children: ReactNode;
}

/** One line of the lists that unfolds. */
export function FoldLine({ name, words, empty, onOpen, children }: FoldLineProps) {
  const [open, setOpen] = useState(false);
  const [opened, setOpened] = useState(false);
  const panel = useId();
  const toggle = () => {
    if (!open && !opened) {
      setOpened(true);
      onOpen?.();
    }
    setOpen(!open);
  };
  if (empty)
    return (
      <div className="line">
        <h3>{name}</h3>
        <span className="line-words">{words}</span>
      </div>
    );
  return (
    <>
      <h3 className="line-fold">
        <button type="button" className="line" aria-expanded={open} aria-controls={panel} onClick={toggle}>
          <span className="line-name">{name}</span>
          <span className="line-words">{words}</span>
          <Icon name="chevron" className={open ? 'turned' : ''} />
        </button>
      </h3>
      <div id={panel} className="line-panel" hidden={!open}>
        {opened && children}
      </div>
    </>
  );
}
