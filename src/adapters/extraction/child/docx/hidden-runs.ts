const run = /<w:r[ >]/g;

/** WordprocessingML without the runs that Word does not show (`w:vanish`). */
export function withoutHiddenRuns(xml: string): string {
  if (!xml.includes('<w:vanish')) return xml;
  const kept: string[] = [];
  let at = 0;
  run.lastIndex = 0;
  for (let match = run.exec(xml); match !== null; match = run.exec(xml)) {
    const end = xml.indexOf('</w:r>', match.index);
    if (end < 0) break;
    const properties =
      xml.slice(match.index, Math.min(end, match.index + 4_000)).split('</w:rPr>', 1)[0] ?? '';
    if (!/<w:vanish(?:\s*\/>|\s+w:val="(?:1|true|on)")/.test(properties)) continue;
    kept.push(xml.slice(at, match.index));
    at = end + '</w:r>'.length;
    run.lastIndex = at;
  }
  kept.push(xml.slice(at));
  return kept.join('');
}
