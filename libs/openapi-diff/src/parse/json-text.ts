import { pointerSegments } from '../pointers.js';

const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;

export const isJsonSpace = (code: number): boolean => code === SPACE || code === 10 || code === 13 || code === 9;

export const skipSpace = (text: string, from: number): number => {
  let at = from;
  while (isJsonSpace(text.charCodeAt(at))) at++;
  return at;
};

/** The offset after the string that starts at `from`; -1 when it never ends. */
export const skipString = (text: string, from: number): number => {
  let at = from;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return -1;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
};

/** The offset after the value that starts at `from`, in text known to be JSON. */
const skipValue = (text: string, from: number): number => {
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) {
      if (--depth === 0) return at + 1;
      if (depth < 0) return at;
    } else if (depth === 0 && (code === 44 || isJsonSpace(code))) return at;
  }
  return at;
};

/** Where a key (for an array: its element) and its value start. */
interface Place {
  readonly key: number;
  readonly value: number;
}

/**
 * Finds JSON pointers in a JSON text. The children of each container on the way are remembered, so
 * asking for thousands of pointers scans every part of the text a few times at most.
 */
export class JsonIndex {
  readonly #containers = new Map<number, Map<string, Place>>();

  /** `text` must be valid JSON. */
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The offset of the key (or element) the pointer names; undefined when it is not there. */
  find(pointer: string): number | undefined {
    let place: Place = { key: skipSpace(this.#text, 0), value: skipSpace(this.#text, 0) };
    for (const segment of pointerSegments(pointer)) {
      const child = this.#children(place.value).get(segment);
      if (child === undefined) return undefined;
      place = child;
    }
    return place.key;
  }

  #children(offset: number): Map<string, Place> {
    const known = this.#containers.get(offset);
    if (known !== undefined) return known;
    const open = this.#text[offset];
    const found =
      open === '{' ? this.#members(offset) : open === '[' ? this.#elements(offset) : new Map<string, Place>();
    this.#containers.set(offset, found);
    return found;
  }

  #members(offset: number): Map<string, Place> {
    const found = new Map<string, Place>();
    let at = skipSpace(this.#text, offset + 1);
    while (this.#text.charCodeAt(at) === QUOTE) {
      const end = skipString(this.#text, at);
      const value = skipSpace(this.#text, skipSpace(this.#text, end) + 1);
      found.set(JSON.parse(this.#text.slice(at, end)) as string, { key: at, value });
      at = this.#afterComma(value);
    }
    return found;
  }

  #elements(offset: number): Map<string, Place> {
    const found = new Map<string, Place>();
    let at = skipSpace(this.#text, offset + 1);
    for (let index = 0; at < this.#text.length && this.#text[at] !== ']'; index++) {
      found.set(String(index), { key: at, value: at });
      at = this.#afterComma(at);
    }
    return found;
  }

  #afterComma(value: number): number {
    const at = skipSpace(this.#text, skipValue(this.#text, value));
    return this.#text[at] === ',' ? skipSpace(this.#text, at + 1) : at;
  }
}
