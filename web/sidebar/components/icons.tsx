const shapes = {
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  lock: 'M3.5 7.5h9v6h-9zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  chevron: 'M4 6l4 4 4-4',
  send: 'M8 13V3M4 7l4-4 4 4',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  stop: 'M4 4h8v8H4z',
  up: 'M5.5 7v6.5H3V7zM5.5 7l2.5-5c1 0 1.6.7 1.4 1.7L9 6h3.6c.8 0 1.3.7 1.1 1.5l-1.2 5c-.1.6-.6 1-1.2 1H5.5',
  down: 'M5.5 9V2.5H3V9zM5.5 9l2.5 5c1 0 1.6-.7 1.4-1.7L9 10h3.6c.8 0 1.3-.7 1.1-1.5l-1.2-5c-.1-.6-.6-1-1.2-1H5.5',
  link: 'M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3L7.5 8.5',
} as const;

export type IconName = keyof typeof shapes;

/** A 16 px line drawing; decoration only, the control around it carries the name. */
export function Icon({ name, className }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg
      className={className}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
