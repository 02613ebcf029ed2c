import type { Json, JsonObject } from '../../json.js';
import { NotPlain, resolveKey, resolvePlain, trimBlanks, unquote } from './scalars.js';

/** Remembers where the children of a container stand. */
export type Positions = Map<object, Map<string, number>>;

const MAX_DEPTH = 200;

/** Reads `[…]` and `{…}`. Lines after the first must be indented further than `indent`. */
export class FlowReader {
  #at: number;

  readonly #text: string;
  readonly #indent: number;
  readonly #positions: Positions | undefined;

  constructor(text: string, offset: number, indent: number, positions: Positions | undefined) {
    this.#text = text;
    this.#indent = indent;
    this.#positions = positions;

    this.#at = offset;
  }

  /** The value, and the offset after it. */
  read(): { value: Json; end: number } {
    const value = this.#value(0);
    return { value, end: this.#at };
  }

  #value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new NotPlain(this.#at, 'deep nesting');
    const character = this.#text[this.#at];
    if (character === '[') return this.#sequence(depth);
    if (character === '{') return this.#mapping(depth);
    if (character === '"' || character === "'") return this.#quoted(character);
    const offset = this.#at;
    return resolvePlain(this.#plain(), offset);
  }

  #sequence(depth: number): Json {
    const items: Json[] = [];
    const places = this.#places(items);
    this.#at++;
    for (this.#space(); this.#text[this.#at] !== ']'; this.#space()) {
      places?.set(String(items.length), this.#at);
      items.push(this.#value(depth + 1));
      this.#space();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== ']') throw new NotPlain(this.#at, 'an unusual flow sequence');
    }
    this.#at++;
    return items;
  }

  #mapping(depth: number): Json {
    const object: JsonObject = {};
    const places = this.#places(object);
    this.#at++;
    for (this.#space(); this.#text[this.#at] !== '}'; this.#space()) {
      const offset = this.#at;
      const character = this.#text[offset];
      const isQuoted = character === '"' || character === "'";
      const key = isQuoted ? this.#quoted(character) : resolveKey(this.#plain(), offset);
      if (this.#text[this.#at] !== ':' || key === '__proto__' || Object.hasOwn(object, key))
        throw new NotPlain(offset, 'an unusual flow mapping');
      this.#at++;
      if (!isQuoted && !/[ \n]/.test(this.#text[this.#at] ?? ''))
        throw new NotPlain(this.#at, 'an unusual flow mapping');
      this.#space();
      if (this.#text[this.#at] === ',' || this.#text[this.#at] === '}') throw new NotPlain(this.#at, 'a missing value');
      places?.set(key, offset);
      object[key] = this.#value(depth + 1);
      this.#space();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== '}') throw new NotPlain(this.#at, 'an unusual flow mapping');
    }
    this.#at++;
    return object;
  }

  #places(container: object): Map<string, number> | undefined {
    if (this.#positions === undefined) return undefined;
    const places = new Map<string, number>();
    this.#positions.set(container, places);
    return places;
  }

  #quoted(quote: string): string {
    const offset = this.#at;
    const end = endOfQuoted(this.#text, offset, quote);
    const raw = this.#text.slice(offset + 1, end);
    if (raw.includes('\n')) throw new NotPlain(offset, 'a text over lines');
    this.#at = end + 1;
    return unquote(raw, quote, offset);
  }

  /** A plain scalar up to what ends it in a flow; it stays on its line. */
  #plain(): string {
    const start = this.#at;
    const end = /[,[\]{}\n]|: |:\n|:$| #/g;
    end.lastIndex = start;
    const stop = end.exec(this.#text)?.index ?? this.#text.length;
    const text = this.#text.slice(start, stop);
    if (text === '' || (/^[-?:&*!|>'"%@`#]/.test(text) && !/^-[^\s]/.test(text)))
      throw new NotPlain(start, 'an unusual plain text');
    if (this.#text[stop] === '\n' || this.#text.startsWith(' #', stop))
      throw new NotPlain(stop, 'a plain text that may go on');
    this.#at = stop;
    return trimBlanks(text);
  }

  /** Passes spaces and line breaks; comments are left to the full reader. */
  #space(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === ' ') this.#at++;
      else if (character === '\n') this.#newLine();
      else if (character === undefined || character === '#' || character === '\t')
        throw new NotPlain(this.#at, 'an unusual flow');
      else return;
    }
  }

  #newLine(): void {
    this.#at++;
    const start = this.#at;
    while (this.#text[this.#at] === ' ') this.#at++;
    if (this.#text[this.#at] !== '\n' && this.#at - start <= this.#indent)
      throw new NotPlain(start, 'a flow that is not indented');
  }
}

/** The offset of the closing quote. */
export const endOfQuoted = (text: string, offset: number, quote: string): number => {
  let at = offset;
  for (;;) {
    at = text.indexOf(quote, at + 1);
    if (at === -1) throw new NotPlain(offset, 'a text without an end');
    if (quote === "'") {
      if (text[at + 1] !== "'") return at;
      at++;
    } else {
      let slashes = 0;
      while (text[at - 1 - slashes] === '\\') slashes++;
      if (slashes % 2 === 0) return at;
    }
  }
};
