/** Puts text and breaks together the way a reader would see them. */
export class TextLayout {
  private readonly parts: string[] = [];
  private lineIsEmpty = true;
  private breaks = 0;
  private space = false;
  private cell = false;
  /** A bullet or a cell has begun, and its first paragraph stays on the line. */
  private started = false;
  private prefix = '';
  private written = 0;

  /** Characters written so far. */
  get length(): number {
    return this.written;
  }

  /** Running text: spaces and line breaks of the source count as one space. */
  text(text: string): void {
    const collapsed = text.replace(/[\s\u00A0]+/g, ' ');
    if (collapsed === ' ' || collapsed === '') {
      this.space ||= collapsed === ' ';
      return;
    }
    if (collapsed.startsWith(' ')) this.space = true;
    this.write(collapsed.trim());
    this.space = collapsed.endsWith(' ');
  }

  /** Text with the line breaks and spaces of its source. */
  preformatted(text: string): void {
    text.split('\n').forEach((line, index) => {
      if (index > 0) this.lineBreak();
      if (line !== '') this.write(line);
    });
  }

  /** Starts a new line; twice leaves a blank one. */
  lineBreak(): void {
    if (this.started) return;
    this.breaks = Math.min(this.breaks + 1, 2);
    this.space = false;
    this.cell = false;
  }

  /** Makes sure that the next text starts on a line of its own, after `blank` blank lines (0 or 1). */
  block(blank: 0 | 1): void {
    if (this.started) return;
    this.breaks = Math.max(this.breaks, this.lineIsEmpty && this.breaks === 0 ? 0 : blank + 1);
    this.space = false;
    this.cell = false;
  }

  /** The next text stands in another cell of the same row. */
  nextCell(): void {
    this.cell = !this.lineIsEmpty && this.breaks === 0;
    this.started = this.cell;
  }

  /** The sign of a list item; the item's text follows on the same line. */
  bullet(sign: string): void {
    this.write(sign);
    this.space = true;
    this.started = true;
  }

  /** Ends an item or a cell that may have had no text. */
  endItem(): void {
    this.started = false;
  }

  /** What every new line starts with: quote signs, indentation. */
  linePrefix(prefix: string): void {
    this.prefix = prefix;
  }

  toString(): string {
    return this.parts.join('').trim();
  }

  private write(text: string): void {
    const before = this.beforeText();
    this.parts.push(before, text);
    this.written += before.length + text.length;
    this.lineIsEmpty = false;
    this.breaks = 0;
    this.space = false;
    this.cell = false;
    this.started = false;
  }

  private beforeText(): string {
    if (this.parts.length === 0) return this.prefix;
    if (this.breaks > 0) return '\n'.repeat(this.breaks) + this.prefix;
    if (this.cell) return ' | ';
    return this.space ? ' ' : '';
  }
}
