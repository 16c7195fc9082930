/** Red, green, blue from 0 to 255 and opacity from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

export const white: Colour = [255, 255, 255, 1];

const names: Readonly<Record<string, string>> = {
  white: '#ffffff',
  black: '#000000',
  red: '#ff0000',
  lime: '#00ff00',
  blue: '#0000ff',
  yellow: '#ffff00',
  aqua: '#00ffff',
  cyan: '#00ffff',
  fuchsia: '#ff00ff',
  magenta: '#ff00ff',
  silver: '#c0c0c0',
  gray: '#808080',
  grey: '#808080',
  maroon: '#800000',
  olive: '#808000',
  green: '#008000',
  purple: '#800080',
  teal: '#008080',
  navy: '#000080',
  orange: '#ffa500',
  pink: '#ffc0cb',
  brown: '#a52a2a',
  snow: '#fffafa',
  ivory: '#fffff0',
  azure: '#f0ffff',
  beige: '#f5f5dc',
  linen: '#faf0e6',
  seashell: '#fff5ee',
  mintcream: '#f5fffa',
  ghostwhite: '#f8f8ff',
  whitesmoke: '#f5f5f5',
  floralwhite: '#fffaf0',
  aliceblue: '#f0f8ff',
  honeydew: '#f0fff0',
  oldlace: '#fdf5e6',
  lavenderblush: '#fff0f5',
  gainsboro: '#dcdcdc',
  lightgray: '#d3d3d3',
  lightgrey: '#d3d3d3',
  darkgray: '#a9a9a9',
  darkgrey: '#a9a9a9',
};

/** A CSS colour; undefined when it is in a notation that is not read (gradients, images, variables). */
export function parseColour(value: string): Colour | undefined {
  const text = value.trim().toLowerCase();
  if (text === 'transparent') return [0, 0, 0, 0];
  const hex = names[text] ?? text;
  if (/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(hex)) return fromHex(hex.slice(1));
  const [, kind, inner] = /^(rgb|hsl)a?\(([^()]{1,60})\)$/.exec(text) ?? [];
  if (kind === undefined || inner === undefined) return undefined;
  const parts = inner.split(/[\s,/]+/).filter((part) => part !== '');
  const alpha = parts[3] === undefined ? 1 : scaled(parts[3], 1);
  const [first, second, third] = parts;
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const colour: Colour =
    kind === 'rgb'
      ? [scaled(first, 255), scaled(second, 255), scaled(third, 255), alpha]
      : [...fromHsl(Number.parseFloat(first), scaled(second, 1), scaled(third, 1)), alpha];
  return colour.every((part) => Number.isFinite(part)) ? colour : undefined;
}

/** True when text of the first colour cannot be told from a background of the second. */
export function looksTheSame(text: Colour, background: Colour): boolean {
  return [0, 1, 2].every((channel) => Math.abs((text[channel] ?? 0) - (background[channel] ?? 0)) <= 16);
}

function fromHex(digits: string): Colour {
  const full = digits.length <= 4 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const channel = (at: number): number => Number.parseInt(full.slice(at, at + 2), 16);
  return [channel(0), channel(2), channel(4), full.length === 8 ? channel(6) / 255 : 1];
}

function scaled(part: string, whole: number): number {
  const number = Number.parseFloat(part);
  return part.endsWith('%') ? (number / 100) * whole : number;
}

function fromHsl(hue: number, saturation: number, lightness: number): [number, number, number] {
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const position = (offset + (((hue % 360) + 360) % 360) / 30) % 12;
    return 255 * (lightness - spread * Math.max(-1, Math.min(position - 3, 9 - position, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}
