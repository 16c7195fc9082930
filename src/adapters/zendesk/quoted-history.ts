/** Stands where the earlier messages of an e-mail thread were; they are comments of their own. */
export const quoteMarker = '[earlier messages left out]';

const quoteClasses =
  /(?:^|\s)(?:gmail_quote|gmail_quote_container|gmail_attr|yahoo_quoted|moz-cite-prefix|zmail_extra|protonmail_quote|tutanota_quote)(?:\s|$)/;
const wroteLine =
  /^(?:On|Am|El|Le|Il|Op|Em|Den|Dnia|Dana|W dniu|Le)\s.{4,250}(?:wrote|schrieb|escribió|a écrit|ha scritto|schreef|escreveu|skrev|napisał\(a\)|napisao je|napisala je|je napisao|je napisala).{0,120}:$|^\d{4}年.{4,200}:$|^(?:في|بتاريخ)\s.{4,250}كتب.{0,80}:$/u;
const separatorLine =
  /^-{2,}\s?(?:Original Message|Ursprüngliche Nachricht|Mensaje original|Message d'origine|Originalna poruka|元のメッセージ)\s?-{2,}$/i;
const fromLine = /^(?:From|Von|De|Da|Od|差出人|من)\s?:\s?.+/u;
const headerLine =
  /^(?:Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Enviado|Fecha|Para|Asunto|Poslano|Za|Predmet|送信日時|宛先|件名|التاريخ|إلى|الموضوع)\s?:/u;
const forwarded =
  /^-{2,}\s?(?:Forwarded message|Weitergeleitete Nachricht|Mensaje reenviado|Proslijeđena poruka|転送)/i;

/** True for an element that mail programs put the thread below an answer into. */
export function isQuotedHistory(name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (name === 'blockquote' && attributes['type']?.toLowerCase() === 'cite') return true;
  return quoteClasses.test(attributes['class'] ?? '') || attributes['id'] === 'divRplyFwdMsg';
}

/** True for the text of a quote that was sent on purpose. */
export function isForwarded(text: string): boolean {
  return forwarded.test(text.trimStart());
}

/** Replaces a thread that trails the message; answers written between quoted lines stay as they are. */
export function shortenTrailingQuote(text: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line, index) => startsQuote(lines, index, line));
  if (start === -1) return text;
  const above = lines.slice(0, start).join('\n').trim();
  const below = lines
    .slice(
      start + (wroteLine.test(joined(lines, start)) && !wroteLine.test(lines[start]?.trim() ?? '') ? 2 : 1),
    )
    .filter((line) => line.trim() !== '');
  const quoted = below.filter(
    (line) => line.trimStart().startsWith('>') || line.trim() === quoteMarker,
  ).length;
  const answeredBetween = quoted > 0 && quoted < below.length;
  return above === '' || below.length === 0 || answeredBetween ? text : `${above}\n\n${quoteMarker}`;
}

function startsQuote(lines: readonly string[], index: number, line: string): boolean {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.length > 400) return false;
  if (separatorLine.test(trimmed) || wroteLine.test(trimmed)) return true;
  // Mail programs wrap the line that names the sender.
  if (/^(?:On|Am|El|Le)\s/.test(trimmed) && wroteLine.test(joined(lines, index))) return true;
  return (
    fromLine.test(trimmed) &&
    lines.slice(index + 1, index + 5).filter((next) => headerLine.test(next.trim())).length >= 2
  );
}

function joined(lines: readonly string[], index: number): string {
  return `${lines[index]?.trim() ?? ''} ${lines[index + 1]?.trim() ?? ''}`;
}
