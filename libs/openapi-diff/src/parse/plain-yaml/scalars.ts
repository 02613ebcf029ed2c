import type { Json } from '../../json.js';

/** The text uses something that the plain reader leaves to the full one (or is not YAML at all). */
export class NotPlain extends Error {
  override readonly name = 'NotPlain';

  constructor(
    readonly offset: number,
    what: string,
  ) {
    super(what);
  }
}

/** Without blanks at the end; JavaScript's own trim also takes blanks that are text to YAML. */
export const trimBlanks = (text: string): string => {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9)) end--;
  return end === text.length ? text : text.slice(0, end);
};

const INTEGER = /^[-+]?\d+$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+\.\d*|(?:\.\d+|\d+(?:\.\d*)?)[eE][-+]?\d+)$/;

/** The value of a plain scalar on one line, by the core schema of YAML 1.2. */
export const resolvePlain = (text: string, offset: number): Json => {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
  }
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!numeric) return text;
  if (INTEGER.test(text) || FLOAT.test(text)) {
    const value = Number(text);
    if (Object.is(value, -0)) throw new NotPlain(offset, 'a negative zero');
    return value;
  }
  if (/^(?:0o[0-7]+|0x[\da-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(text))
    throw new NotPlain(offset, 'an unusual number');
  return text;
};

/** A key as JavaScript has it: `200` and `true` stay as they are written, stranger ones are not plain. */
export const resolveKey = (text: string, offset: number): string => {
  if (text === '<<' || text === '__proto__') throw new NotPlain(offset, 'a special key');
  const value = resolvePlain(text, offset);
  if (typeof value === 'string') return value;
  if (value === null || String(value) !== text) throw new NotPlain(offset, 'a key that is not a text');
  return text;
};

/** Joins the lines of a plain or quoted scalar: a break is a space, an empty line a line break. */
export const foldLines = (lines: string[]): string => {
  let out = lines[0] as string;
  let breaks = 0;
  for (const line of lines.slice(1)) {
    if (line === '') breaks++;
    else {
      out += (breaks === 0 ? ' ' : '\n'.repeat(breaks)) + line;
      breaks = 0;
    }
  }
  return breaks === 0 ? out : out + '\n'.repeat(breaks);
};

const ESCAPES: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  '\t': '\t',
};

/** The text between the quotes of a scalar, which may go over lines. */
export const unquote = (raw: string, quote: string, offset: number): string => {
  const multiline = raw.includes('\n');
  if (quote === "'") return (multiline ? foldQuoted(raw) : raw).replaceAll("''", "'");
  if (!multiline && !raw.includes('\\')) return raw;
  // Escapes, and blanks with line breaks among them; an escaped break is nothing at all.
  const special = /\\(\n[ \t]*|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[^])|[ \t\n]+/g;
  return raw.replace(special, (match, escape: string | undefined) => {
    if (escape === undefined) {
      const breaks = match.split('\n').length - 1;
      return breaks === 0 ? match : breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
    }
    if (escape.startsWith('\n')) return '';
    if (escape.length > 1) {
      const code = Number.parseInt(escape.slice(1), 16);
      if (code > 0x10ffff) throw new NotPlain(offset, 'an unusual escape');
      return String.fromCodePoint(code);
    }
    const plain = ESCAPES[escape];
    if (plain === undefined) throw new NotPlain(offset, 'an unusual escape');
    return plain;
  });
};

const foldQuoted = (raw: string): string => {
  const lines = raw.split('\n');
  const last = lines.length - 1;
  const trimmed = lines.map((line, index) => {
    const start = index === 0 ? line : line.replace(/^[ \t]+/, '');
    return index === last ? start : trimBlanks(start);
  });
  if (trimmed[last] !== '') return foldLines(trimmed);
  // The closing quote stands on a line of its own: the break before it is a space, or those lines' breaks.
  const empty = trimmed
    .slice(0, -1)
    .reverse()
    .findIndex((line) => line !== '');
  if (empty === -1) throw new NotPlain(0, 'an empty text over lines');
  const text = foldLines(trimmed.slice(0, last - empty));
  return text + (empty === 0 ? ' ' : '\n'.repeat(empty));
};

/** What stands after `|` or `>`. */
export interface BlockHeader {
  readonly folded: boolean;
  readonly chomp: '' | '+' | '-';
  /** Given indentation, counted from the parent; 0 when it is to be found. */
  readonly indent: number;
}

export const readBlockHeader = (text: string, offset: number): BlockHeader => {
  const match = /^([|>])(?:([+-])([1-9])?|([1-9])([+-])?)?[ ]*(?:[ ]#.*)?$/.exec(text);
  if (match === null) throw new NotPlain(offset, 'an unusual block scalar');
  const chomp = (match[2] ?? match[5] ?? '') as BlockHeader['chomp'];
  return { folded: match[1] === '>', chomp, indent: Number(match[3] ?? match[4] ?? 0) };
};

/** The value of a block scalar from its lines, each still with its indentation. */
export const blockValue = (lines: string[], header: BlockHeader, indent: number): string => {
  let end = lines.length;
  while (end > 0 && /^ *$/.test(lines[end - 1] as string)) end--;
  if (end === 0) return header.chomp === '+' && lines.length > 0 ? '\n'.repeat(Math.max(1, lines.length - 1)) : '';
  // Blank lines at the end that go beyond the indentation are content.
  const beyond = lines.findLastIndex((line) => line.length > indent);
  if (beyond >= end) end = beyond + 1;
  const body = lines.slice(0, end).map((line) => line.slice(indent));
  const text = header.folded ? foldBlock(body) : body.join('\n');
  if (header.chomp === '-') return text;
  if (header.chomp === '') return `${text}\n`;
  const kept = lines
    .slice(end)
    .map((line) => `\n${line.slice(indent)}`)
    .join('');
  return kept.endsWith('\n') ? text + kept : `${text}${kept}\n`;
};

/** Folds the lines of a `>` scalar; lines indented further keep their breaks (YAML 1.2, 8.1.3). */
const foldBlock = (lines: string[]): string => {
  let out = '';
  let separator = '';
  let indented = false;
  for (const line of lines) {
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (separator === ' ') separator = '\n';
      else if (!indented && separator === '\n') separator = '\n\n';
      out += separator + line;
      separator = '\n';
      indented = true;
    } else if (line === '') {
      if (separator === '\n') out += '\n';
      else separator = '\n';
    } else {
      out += separator + line;
      separator = ' ';
      indented = false;
    }
  }
  return out;
};
