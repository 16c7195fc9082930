type Child = Node | string | null | undefined | false;
type Properties<K extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[K], 'style' | 'dataset'>
> & { readonly aria?: Readonly<Record<string, string>> };

/** Makes an element; texts become text nodes, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  { aria = {}, ...properties }: Properties<K> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(name), properties);
  for (const [key, value] of Object.entries(aria)) element.setAttribute(`aria-${key}`, value);
  element.append(
    ...children.filter(
      (child): child is Node | string => child !== null && child !== undefined && child !== false,
    ),
  );
  return element;
}

const svg = 'http://www.w3.org/2000/svg';

const paths = {
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
  stop: 'M8 8h8v8H8z',
  up: 'M7 11v9H4v-9zM7 11l4-8a2 2 0 0 1 2 2v4h5.5a2 2 0 0 1 2 2.4l-1.3 7A2 2 0 0 1 17.200 20H7',
  down: 'M17 13V4h3v9zM17 13l-4 8a2 2 0 0 1-2-2v-4H5.500a2 2 0 0 1-2-2.400l1.300-7A2 2 0 0 1 6.800 4H17',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0',
  done: 'M5 12.500l4.500 4.500L19 7.500',
  wait: 'M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  warn: 'M12 8v5M12 16.500h.01M12 3l9.500 17h-19z',
} as const;

/** A picture that says nothing to a screen reader. */
export function icon(name: keyof typeof paths): SVGElement {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('viewBox', '0 0 24 24');
  element.setAttribute('aria-hidden', 'true');
  element.setAttribute('class', `icon icon-${name}`);
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', paths[name]);
  element.append(path);
  return element;
}
