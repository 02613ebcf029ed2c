import type { Json, JsonObject } from '../../json.js';
import { endOfQuoted, FlowReader, type Positions } from './flow.js';
import {
  blockValue,
  foldLines,
  NotPlain,
  readBlockHeader,
  resolveKey,
  resolvePlain,
  trimBlanks,
  unquote,
  type BlockHeader,
} from './scalars.js';

const MAX_DEPTH = 200;
const NEWLINE = 10;
const SPACE = 32;
const COLON = 58;

/**
 * Reads the YAML that API descriptions are written in: block mappings and sequences, flow collections,
 * all kinds of scalars, comments. Anchors, tags, merge keys, several documents, anything in doubt and
 * anything wrong is left to the full reader, so what this one returns is what that one would.
 * @throws NotPlain
 */
export const readPlainYaml = (text: string, positions?: Positions): Json => {
  if (text.includes('\r')) throw new NotPlain(text.indexOf('\r'), 'a carriage return');
  return new PlainReader(text, positions).read();
};

class PlainReader {
  /** The current line with content: its indentation, and where its content starts and the line ends. */
  indent = 0;
  at = 0;
  end = -1;
  depth = 0;

  constructor(
    readonly text: string,
    readonly positions: Positions | undefined,
  ) {}

  read(): Json {
    if (!this.nextLine()) return null;
    if (this.text.startsWith('---', this.at) && this.indent === 0) {
      if (trimBlanks(this.text.slice(this.at + 3, this.end)) !== '')
        throw new NotPlain(this.at, 'a document mark with content');
      if (!this.nextLine()) return null;
    }
    const value = this.block(-1);
    if (this.at < this.text.length) throw new NotPlain(this.at, 'more than one document or a bad indentation');
    return value;
  }

  /** Goes to the next line with content; false (and at the end) when there is none. */
  nextLine(): boolean {
    const text = this.text;
    for (let start = this.end + 1; start < text.length;) {
      let at = start;
      while (text.charCodeAt(at) === SPACE) at++;
      let end = text.indexOf('\n', at);
      if (end === -1) end = text.length;
      if (at < end && text[at] !== '#') {
        if (text[at] === '\t') throw new NotPlain(at, 'a tab');
        if (
          at === start &&
          (text.startsWith('...', at) || (text.startsWith('---', at) && this.end !== -1) || text[at] === '%')
        ) {
          throw new NotPlain(at, 'a document mark');
        }
        this.indent = at - start;
        this.at = at;
        this.end = end;
        return true;
      }
      start = end + 1;
      this.end = end;
    }
    this.at = text.length;
    this.end = text.length;
    this.indent = -1;
    return false;
  }

  /** The value that starts at the current content; afterwards the next line is current. */
  block(parent: number): Json {
    if (++this.depth > MAX_DEPTH) throw new NotPlain(this.at, 'deep nesting');
    const value = this.isDash()
      ? this.sequence(this.indent)
      : this.keyEnd() !== -1
        ? this.mapping(this.indent)
        : this.scalar(parent);
    this.depth--;
    return value;
  }

  isDash(): boolean {
    const next = this.text.charCodeAt(this.at + 1);
    return this.text[this.at] === '-' && (next === SPACE || next === NEWLINE || Number.isNaN(next));
  }

  /** The offset of the colon when the content is a key; else -1. */
  keyEnd(): number {
    const text = this.text;
    const at = this.at;
    const end = this.end;
    const first = text[at] as string;
    if (first === '"' || first === "'") {
      let colon = endOfQuoted(text, at, first) + 1;
      while (text.charCodeAt(colon) === SPACE) colon++;
      return colon < end && text[colon] === ':' && this.isBreak(colon + 1) ? colon : -1;
    }
    if (first === '[' || first === '{') return -1;
    // Only in this line: a list of words may have no colon for millions of them.
    const line = text.slice(at, end);
    for (let colon = line.indexOf(':'); colon !== -1; colon = line.indexOf(':', colon + 1)) {
      if (!this.isBreak(at + colon + 1)) continue;
      return line.slice(0, colon).includes(' #') ? -1 : at + colon;
    }
    return -1;
  }

  isBreak(offset: number): boolean {
    const code = this.text.charCodeAt(offset);
    return code === SPACE || code === NEWLINE || Number.isNaN(code);
  }

  mapping(indent: number): Json {
    const object: JsonObject = {};
    const places = this.places(object);
    while (this.indent === indent && this.at < this.text.length) {
      const colon = this.isDash() ? -1 : this.keyEnd();
      if (colon === -1) throw new NotPlain(this.at, 'a line that is not a key');
      const key = this.key(colon);
      if (Object.hasOwn(object, key)) throw new NotPlain(this.at, 'a key written twice');
      places?.set(key, this.at);
      object[key] = this.inline(colon + 1, indent, true);
    }
    if (this.indent > indent) throw new NotPlain(this.at, 'a bad indentation');
    return object;
  }

  key(colon: number): string {
    const text = this.text;
    const at = this.at;
    const first = text[at] as string;
    const raw = trimBlanks(text.slice(at, colon));
    if (text.slice(at, colon).includes('\t')) throw new NotPlain(at, 'a tab');
    if (first === '"' || first === "'") {
      const key = unquote(raw.slice(1, -1), first, at);
      if (key === '__proto__' || raw.includes('\n')) throw new NotPlain(at, 'an unusual key');
      return key;
    }
    if (/^[?&*!|>%@`,\]}#]/.test(raw) || raw === '') throw new NotPlain(at, 'an unusual key');
    return resolveKey(raw, at);
  }

  sequence(indent: number): Json {
    const items: Json[] = [];
    const places = this.places(items);
    while (this.indent === indent && this.at < this.text.length && this.isDash()) {
      places?.set(String(items.length), this.at);
      let content = this.at + 1;
      while (this.text.charCodeAt(content) === SPACE) content++;
      if (content < this.end && this.text[content] !== '#') {
        // The content of an item is a block of its own, indented by where it stands.
        this.indent += content - this.at;
        this.at = content;
        items.push(this.block(indent));
      } else items.push(this.inline(this.at + 1, indent, false));
    }
    if (this.indent > indent) throw new NotPlain(this.at, 'a bad indentation');
    return items;
  }

  places(container: object): Map<string, number> | undefined {
    if (this.positions === undefined) return undefined;
    const places = new Map<string, number>();
    this.positions.set(container, places);
    return places;
  }

  /** What follows a colon or a dash: on the same line, or as a block below. */
  inline(offset: number, indent: number, ofKey: boolean): Json {
    let at = offset;
    while (this.text.charCodeAt(at) === SPACE) at++;
    if (at < this.end && this.text[at] !== '#') {
      this.at = at;
      if (this.isDash()) throw new NotPlain(at, 'a sequence beside its key');
      return this.scalar(indent);
    }
    if (!this.nextLine()) return null;
    if (this.indent > indent) return this.block(indent);
    // A sequence may stand right below its key.
    if (ofKey && this.indent === indent && this.isDash()) {
      if (++this.depth > MAX_DEPTH) throw new NotPlain(this.at, 'deep nesting');
      const value = this.sequence(indent);
      this.depth--;
      return value;
    }
    return null;
  }

  scalar(parent: number): Json {
    const first = this.text[this.at] as string;
    if (first === '|' || first === '>') return this.blockScalar(parent);
    if (first === '"' || first === "'") return this.quoted(first, parent);
    if (first === '[' || first === '{') {
      const { value, end } = new FlowReader(this.text, this.at, parent, this.positions).read();
      this.finish(end);
      return value;
    }
    if (/[&*!?%@`,\]}]/.test(first)) {
      if (first !== '?' || this.isBreak(this.at + 1)) throw new NotPlain(this.at, 'an unusual start');
    }
    return this.plain(parent);
  }

  /** After a value: only a comment may follow on its line. */
  finish(end: number): void {
    let line = this.text.indexOf('\n', end);
    if (line === -1) line = this.text.length;
    const rest = this.text.slice(end, line);
    if (!/^ *$/.test(rest) && !/^ +#/.test(rest)) throw new NotPlain(end, 'more on the line');
    if (rest.includes('\t')) throw new NotPlain(end, 'a tab');
    this.end = line;
    this.nextLine();
  }

  quoted(quote: string, parent: number): string {
    const offset = this.at;
    const end = endOfQuoted(this.text, offset, quote);
    const raw = this.text.slice(offset + 1, end);
    for (let line = raw.indexOf('\n'); line !== -1; line = raw.indexOf('\n', line + 1)) {
      const [spaces = ''] = /^[ ]*/.exec(raw.slice(line + 1, line + 500)) ?? [];
      const next = raw[line + 1 + spaces.length];
      if (next !== '\n' && spaces.length <= parent) throw new NotPlain(offset, 'a text that is not indented');
    }
    this.finish(end + 1);
    return unquote(raw, quote, offset);
  }

  /** A plain scalar, over as many lines as are indented further than its parent. */
  plain(parent: number): Json {
    const offset = this.at;
    const first = this.plainLine(this.at, this.end);
    const lines = [first.text];
    let last = this.end;
    for (let start = this.end + 1; start < this.text.length;) {
      let at = start;
      while (this.text.charCodeAt(at) === SPACE) at++;
      let end = this.text.indexOf('\n', at);
      if (end === -1) end = this.text.length;
      if (at === end) lines.push('');
      else {
        if (at - start <= parent || (at === start && /^(---|\.\.\.)/.test(this.text.slice(at, at + 3)))) break;
        if (first.comment || this.text[at] === '#' || this.text[at] === '\t')
          throw new NotPlain(at, 'text after a comment');
        const line = this.plainLine(at, end);
        if (line.comment) throw new NotPlain(at, 'a comment in a text');
        lines.push(line.text);
        last = end;
      }
      start = end + 1;
    }
    while (lines.length > 1 && lines.at(-1) === '') lines.pop();
    this.end = last;
    this.nextLine();
    return lines.length === 1 ? resolvePlain(lines[0] as string, offset) : foldLines(lines);
  }

  plainLine(start: number, end: number): { text: string; comment: boolean } {
    let text = this.text.slice(start, end);
    const hash = text.indexOf(' #');
    const comment = hash !== -1;
    if (comment) text = text.slice(0, hash);
    text = trimBlanks(text);
    if (text.includes('\t')) throw new NotPlain(start, 'a tab');
    if (text.includes(': ') || text.charCodeAt(text.length - 1) === COLON)
      throw new NotPlain(start, 'a colon in a plain text');
    return { text, comment };
  }

  blockScalar(parent: number): string {
    const header: BlockHeader = readBlockHeader(this.text.slice(this.at, this.end), this.at);
    const lines: string[] = [];
    let indent = header.indent === 0 ? -1 : Math.max(parent, 0) + header.indent;
    let start = this.end + 1;
    let last = this.end;
    while (start <= this.text.length) {
      let end = this.text.indexOf('\n', start);
      if (end === -1) end = this.text.length;
      const line = this.text.slice(start, end);
      const spaces = (/^ */.exec(line) as RegExpExecArray)[0].length;
      if (spaces < line.length) {
        if (line[spaces] === '\t' && (indent === -1 || spaces < indent)) throw new NotPlain(start, 'a tab');
        if (indent === -1 && spaces > parent) {
          indent = spaces;
          if (lines.some((empty) => empty.length > indent)) throw new NotPlain(start, 'empty lines indented too far');
        }
        if (spaces <= parent || spaces < indent) break;
      }
      if (start === this.text.length) break;
      lines.push(line);
      last = end;
      start = end + 1;
    }
    // The line break that ends the last line counts as one more, empty, line.
    if (last < this.text.length && lines.length > 0) lines.push('');
    this.end = last;
    this.nextLine();
    if (parent >= 0 && this.indent > parent) {
      throw new NotPlain(this.at, 'a bad indentation');
    }
    return blockValue(lines, header, indent === -1 ? 0 : indent);
  }
}
