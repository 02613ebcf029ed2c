import { ParseError, positionAt } from './parse-error.js';

/** The text of bytes in UTF-8, without a byte order mark. @throws ParseError with the place of the first byte that is none */
export const decode = (text: string | Uint8Array, source: string | undefined): string => {
  if (typeof text === 'string') return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const other = otherForm(text);
  if (other !== undefined) throw new ParseError(`the document is not UTF-8 text but ${other}`, 1, 1, source);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch (error) {
    const offset = firstFault(text);
    const before = new TextDecoder().decode(text.subarray(0, offset));
    const { line, column } = positionAt(before, before.length);
    const reason = `the document is not UTF-8 text: the byte 0x${text[offset]?.toString(16).toUpperCase()} is none here`;
    throw new ParseError(reason, line, column, source, { cause: error });
  }
};

/** What the first bytes say that it is instead: no UTF-8 text of JSON or YAML starts in that way. */
const otherForm = ([first, second]: Uint8Array): string | undefined => {
  if (first === 0x1f && second === 0x8b) return 'compressed with gzip';
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMarked || first === 0 || second === 0 ? 'UTF-16 or UTF-32' : undefined;
};

/** The offset of the first byte that does not belong to UTF-8 (Unicode 3.9, table 3-7). */
const firstFault = (bytes: Uint8Array): number => {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] as number;
    const more = lead < 0x80 ? 0 : lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
    if (more === -1) return at;
    for (let index = 1; index <= more; index++) {
      const byte = bytes[at + index] ?? 0;
      const least = index > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const most = index > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (byte < least || byte > most) return at;
    }
    at += more + 1;
  }
  return at;
};
