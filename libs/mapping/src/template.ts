/** Parts of a template: text as it stands, and expressions between `{{` and `}}`. Undefined: one is not closed. */
export function templateParts(
  template: string,
): readonly ({ readonly text: string } | { readonly expression: string })[] | undefined {
  const parts: ({ text: string } | { expression: string })[] = [];
  for (let at = 0; at < template.length;) {
    const open = template.indexOf('{{', at);
    if (open !== at) parts.push({ text: template.slice(at, open < 0 ? undefined : open) });
    if (open < 0) break;
    const close = template.indexOf('}}', open + 2);
    if (close < 0) return undefined;
    parts.push({ expression: template.slice(open + 2, close).trim() });
    at = close + 2;
  }
  return parts;
}
