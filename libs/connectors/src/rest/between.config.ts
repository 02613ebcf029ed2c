/** Splits a text at what stands between two marks; an opening mark without a closing one is text. Takes linear time. */
export function splitBetween(
  text: string,
  open: string,
  close: string,
): { readonly text: string; readonly inside: boolean }[] {
  // prettier-ignore
  const parts: { text: string; inside: boolean }[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf(open, at);
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
    if (end < 0) break;
    if (start > at) parts.push({ text: text.slice(at, start), inside: false });
    parts.push({ text: text.slice(start + open.length, end), inside: true });
    at = end + close.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), inside: false });
  return parts;
}
