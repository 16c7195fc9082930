import { looksTheSame, parseColour, white, type Colour } from './css-colour.ts';

/** What an element passes on to its children as far as seeing text goes. */
export interface Visibility {
  /** Nothing inside can be seen, whatever the children say. */
  readonly gone: boolean;
  readonly visibilityHidden: boolean;
  /** Pixels; only tells too small from readable. */
  readonly fontSize: number;
  readonly colour: Colour;
  /** Undefined: an image, a gradient or something else that is not read. */
  readonly background: Colour | undefined;
  readonly indentedAway: boolean;
}

type Declarations = ReadonlyMap<string, string>;
type Attributes = Readonly<Record<string, string>>;

const smallestFont = 2;
const farAway = 500;
const longestStyle = 10_000;

/** Black text of usual size on the white page that Zendesk shows a comment on. */
export const visiblePage: Visibility = {
  gone: false,
  visibilityHidden: false,
  fontSize: 14,
  colour: [0, 0, 0, 1],
  background: white,
  indentedAway: false,
};

/** True when a reader does not see text directly inside of the element. */
export function isHidden(visibility: Visibility): boolean {
  const { gone, visibilityHidden, fontSize, colour, background, indentedAway } = visibility;
  if (gone || visibilityHidden || indentedAway || fontSize < smallestFont || colour[3] < 0.1) return true;
  return background !== undefined && looksTheSame(colour, background);
}

/** The visibility inside of an element, from its attributes and the surrounding one. */
export function visibilityOf(parent: Visibility, attributes: Attributes): Visibility {
  const { style, hidden, color, bgcolor, background } = attributes;
  if (
    style === undefined &&
    hidden === undefined &&
    color === undefined &&
    bgcolor === undefined &&
    background === undefined
  )
    return parent;
  const declarations = parseStyle(style ?? '');
  const textColour = declarations.get('-webkit-text-fill-color') ?? declarations.get('color') ?? color;
  const shown = declarations.get('visibility');
  const indent = declarations.get('text-indent');
  return {
    gone: parent.gone || hidden !== undefined || isGone(declarations),
    visibilityHidden:
      shown === undefined || shown === 'inherit'
        ? parent.visibilityHidden
        : shown === 'hidden' || shown === 'collapse',
    fontSize: fontSizeOf(declarations, parent.fontSize),
    colour: (textColour === undefined ? undefined : parseColour(textColour)) ?? parent.colour,
    background: backgroundOf(declarations, bgcolor, background, parent.background),
    indentedAway: indent === undefined ? parent.indentedAway : Math.abs(pixels(indent) ?? 0) >= farAway,
  };
}

/** Inline declarations with lower-case names; the last of a name wins, as it does in a browser. */
export function parseStyle(style: string): Declarations {
  const declarations = new Map<string, string>();
  const plain = style
    .slice(0, longestStyle)
    .replace(/\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\//g, '')
    .replace(/\\([0-9a-f]{1,6})\s?/gi, (_match, code: string) =>
      String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff)),
    );
  for (const declaration of plain.split(';')) {
    const colon = declaration.indexOf(':');
    if (colon < 1) continue;
    const value = declaration
      .slice(colon + 1)
      .toLowerCase()
      .replace('!important', '')
      .trim();
    declarations.set(declaration.slice(0, colon).trim().toLowerCase(), value);
  }
  return declarations;
}

function isGone(style: Declarations): boolean {
  if (style.size === 0) return false;
  if (style.get('display') === 'none' || style.get('content-visibility') === 'hidden') return true;
  const opacity = style.get('opacity');
  if (opacity !== undefined && Number.parseFloat(opacity) * (opacity.endsWith('%') ? 0.01 : 1) < 0.1)
    return true;
  if (/opacity\(\s*0*(?:\.0\d*)?%?\s*\)/.test(style.get('filter') ?? '')) return true;
  return hasNoSize(style) || isOffScreen(style) || isClipped(style);
}

function hasNoSize(style: Declarations): boolean {
  const none = (name: string): boolean => {
    const size = pixels(style.get(name) ?? '');
    return size !== undefined && size <= 1;
  };
  const noHeight = none('height') || none('max-height');
  const noWidth = none('width') || none('max-width');
  const cut = ['overflow', 'overflow-x', 'overflow-y'].some((name) =>
    /hidden|clip/.test(style.get(name) ?? ''),
  );
  return (noHeight && noWidth) || (cut && (noHeight || noWidth));
}

function isOffScreen(style: Declarations): boolean {
  const far = (name: string): boolean => (pixels(style.get(name) ?? '') ?? 0) <= -farAway;
  const position = style.get('position');
  const moved = position === 'absolute' || position === 'fixed' || position === 'relative';
  if (moved && ['left', 'top', 'right', 'bottom', 'inset'].some(far)) return true;
  if (['margin-left', 'margin-top', 'margin-right', 'margin'].some(far)) return true;
  const transform = style.get('transform') ?? '';
  if (/scale[xy3d]*\(\s*0*(?:\.0*)?\s*[,)]/.test(transform)) return true;
  return [...transform.matchAll(/translate[xyz3d]*\(([^()]{1,60})\)/g)].some((match) =>
    (match[1] ?? '').split(',').some((part) => Math.abs(pixels(part.trim()) ?? 0) >= farAway),
  );
}

function isClipped(style: Declarations): boolean {
  const rectangle = /^rect\(([^()]{1,60})\)$/.exec(style.get('clip') ?? '')?.[1];
  if (rectangle !== undefined && rectangle.split(/[\s,]+/).every((side) => (pixels(side) ?? 99) <= 1))
    return true;
  return /inset\(\s*(?:5\d|[6-9]\d|\d{3,})(?:\.\d+)?%|circle\(\s*0/.test(style.get('clip-path') ?? '');
}

function fontSizeOf(style: Declarations, parent: number): number {
  const shorthand = /(?:^|\s)(-?[\d.]+(?:px|pt|em|rem|%|vw|vh|ex|ch)?)\s*(?:\/|\s|$)/.exec(
    style.get('font') ?? '',
  )?.[1];
  const value = style.get('font-size') ?? shorthand;
  if (value === undefined || value === 'inherit') return parent;
  const [, number, unit] = /^(-?\d*\.?\d+)([a-z]*|%)$/.exec(value) ?? [];
  if (number === undefined) return visiblePage.fontSize;
  const size = Number.parseFloat(number);
  if (unit === 'em' || unit === '%') return parent * size * (unit === '%' ? 0.01 : 1);
  return size * (pixelsPerUnit[unit ?? ''] ?? 1);
}

function backgroundOf(
  style: Declarations,
  bgcolor: string | undefined,
  image: string | undefined,
  parent: Colour | undefined,
): Colour | undefined {
  const value = style.get('background-color') ?? style.get('background') ?? bgcolor;
  const picture = style.get('background-image') ?? image;
  if (picture !== undefined && picture !== 'none' && picture !== '') return undefined;
  if (value === undefined || value === 'none' || value === 'inherit') return parent;
  const colour = parseColour(value) ?? parseColour(value.split(' ')[0] ?? '');
  return colour !== undefined && colour[3] < 0.1 ? parent : colour;
}

const pixelsPerUnit: Readonly<Record<string, number>> = {
  px: 1,
  pt: 1.33,
  em: 14,
  rem: 14,
  ex: 7,
  ch: 7,
  vw: 10,
  vh: 8,
  cm: 38,
  mm: 3.8,
  in: 96,
  pc: 16,
};

function pixels(value: string): number | undefined {
  const [, number, unit] = /^(-?\d*\.?\d+)([a-z]*|%)(?:\s|$)/.exec(value) ?? [];
  if (number === undefined) return undefined;
  return Number.parseFloat(number) * (unit === '%' ? 10 : (pixelsPerUnit[unit ?? ''] ?? 1));
}
