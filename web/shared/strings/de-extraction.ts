import type { ExtractionRefusal } from '../../../src/kernel/extraction-refusals.ts';

/** Why no text came out of a file, in German. */
export const deExtraction: Readonly<
  Record<ExtractionRefusal, { readonly title: string; readonly wayOut: string }>
> = {
  'unsafe-name': {
    title: 'Der Name dieser Datei ist nicht verwendbar',
    wayOut: 'Benennen Sie sie um: höchstens 200 Zeichen, keine unsichtbaren, und laden Sie sie erneut hoch.',
  },
  unsupported: {
    title: 'Dateien dieser Art können nicht gelesen werden',
    wayOut: 'Laden Sie PDF, Word (.docx), Text, Markdown, HTML oder CSV hoch.',
  },
  'wrong-format': {
    title: 'In dieser Datei ist etwas anderes, als ihr Name sagt',
    wayOut: 'Speichern Sie sie neu im Format ihres Namens und laden Sie diese hoch.',
  },
  'too-large-file': {
    title: 'Diese Datei ist zu groß',
    wayOut: 'Eine Datei darf bis zu 10 MiB haben. Teilen Sie sie oder lassen Sie Bilder weg.',
  },
  'too-large-inside': {
    title: 'Diese Datei enthält weit mehr, als ihre Größe sagt',
    wayOut: 'Speichern Sie nur den nötigen Teil als neue Datei und laden Sie diese hoch.',
  },
  'too-much-text': {
    title: 'In dieser Datei ist zu viel Text',
    wayOut: 'Eine Datei darf bis zu 2 MiB Text haben. Teilen Sie sie oder lassen Sie Teile weg.',
  },
  'too-many-chunks': {
    title: 'Für diesen Text ist kein Platz mehr',
    wayOut:
      'Alle Quellen zusammen dürfen bis zu 8.000 Textabschnitte haben. Entfernen Sie zuerst, was nicht mehr gebraucht wird.',
  },
  'no-text': {
    title: 'In dieser Datei wurde kein Text gefunden',
    wayOut: 'Vielleicht ist sie ein Scan: Lassen Sie zuerst eine Texterkennung (OCR) darüber laufen.',
  },
  encrypted: {
    title: 'Diese Datei ist durch ein Passwort geschützt',
    wayOut: 'Speichern Sie sie ohne Passwort und laden Sie diese hoch.',
  },
  'unknown-encoding': {
    title: 'Die Buchstaben in dieser Datei sind nicht erkennbar',
    wayOut: 'Speichern Sie sie als UTF-8 und laden Sie diese hoch.',
  },
  unreadable: {
    title: 'Diese Datei ist beschädigt oder nicht lesbar',
    wayOut:
      'Öffnen Sie sie in dem Programm, aus dem sie stammt, speichern Sie sie neu und laden Sie diese hoch.',
  },
  'timed-out': {
    title: 'Das Lesen dieser Datei hat zu lange gedauert',
    wayOut: 'Teilen Sie sie in kleinere Dateien und laden Sie diese hoch.',
  },
  'out-of-memory': {
    title: 'Das Lesen dieser Datei hat zu viel Speicher gebraucht',
    wayOut: 'Teilen Sie sie in kleinere Dateien oder lassen Sie Bilder weg.',
  },
};
