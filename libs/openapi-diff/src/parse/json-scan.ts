import { isJsonSpace, skipSpace, skipString } from './json-text.js';

/** The first place where a text stops being JSON, and why; undefined when it is JSON after all. */
export const findJsonError = (text: string): { offset: number; reason: string } | undefined => {
  const closers: string[] = [];
  let at = skipSpace(text, 0);
  if (at >= text.length) return { offset: at, reason: 'the document is empty' };
  for (;;) {
    const value = scanValueStart(text, at);
    if (typeof value === 'object') return value;
    at = value;
    const opened = text[at - 1];
    // A scalar ends in a quote, a digit or a letter, so a bracket here was just opened.
    if (opened === '{' || opened === '[') {
      closers.push(opened === '{' ? '}' : ']');
      at = skipSpace(text, at);
      if (text[at] !== closers.at(-1)) {
        const key = opened === '{' ? scanKey(text, at) : at;
        if (typeof key === 'object') return key;
        at = key;
        continue;
      }
      closers.pop();
      at++;
    }
    const next = closeAll(text, at, closers);
    if (next === undefined) return undefined;
    if (typeof next === 'object') return next;
    at = next;
  }
};

/** The offset of the first bracket that opens deeper than that, in text known to be JSON; its start when there is none. */
export const offsetOfDepth = (text: string, maxDepth: number): number => {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = skipString(text, at) - 1;
    else if (character === '}' || character === ']') depth--;
    else if ((character === '{' || character === '[') && ++depth > maxDepth) return at;
  }
  return 0;
};

type Fault = { offset: number; reason: string };

/** Passes a scalar, or just the opening bracket of a container. */
const scanValueStart = (text: string, at: number): number | Fault => {
  const character = text[at];
  if (character === undefined) return ended(text);
  if (character === '{' || character === '[') return at + 1;
  if (character === '"') return scanString(text, at);
  const literal = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
  literal.lastIndex = at;
  if (literal.test(text)) return literal.lastIndex;
  return { offset: at, reason: `unexpected ${show(character)} where a value should start` };
};

const scanString = (text: string, at: number): number | Fault => {
  const end = skipString(text, at);
  if (end === -1) return { offset: at, reason: 'the text ends inside this string' };
  try {
    JSON.parse(text.slice(at, end));
    return end;
  } catch {
    return { offset: at, reason: 'a control character or a bad escape in this string' };
  }
};

const scanKey = (text: string, at: number): number | Fault => {
  if (text[at] === undefined) return ended(text);
  if (text[at] !== '"')
    return { offset: at, reason: `unexpected ${show(text[at])} where a key in quotes should start` };
  const end = scanString(text, at);
  if (typeof end === 'object') return end;
  const colon = skipSpace(text, end);
  if (text[colon] === undefined) return ended(text);
  if (text[colon] !== ':')
    return { offset: colon, reason: `unexpected ${show(text[colon])} where ":" should follow the key` };
  return skipSpace(text, colon + 1);
};

/** After a value: passes closing brackets up to the next value; undefined at the end of the document. */
const closeAll = (text: string, from: number, closers: string[]): number | Fault | undefined => {
  let at = skipSpace(text, from);
  for (;;) {
    const closer = closers.at(-1);
    const character = text[at];
    if (closer === undefined) {
      return character === undefined
        ? undefined
        : { offset: at, reason: `unexpected ${show(character)} after the end of the document` };
    }
    if (character === undefined) return ended(text);
    if (character === closer) {
      closers.pop();
      at = skipSpace(text, at + 1);
    } else if (character === ',') {
      const next = skipSpace(text, at + 1);
      return closer === '}' ? scanKey(text, next) : next;
    } else return { offset: at, reason: `unexpected ${show(character)} where "," or "${closer}" should be` };
  }
};

const ended = (text: string): Fault => {
  let offset = text.length;
  while (offset > 0 && isJsonSpace(text.charCodeAt(offset - 1))) offset--;
  return { offset, reason: 'the text ends before the document does: it is truncated' };
};

const show = (character: string): string =>
  character < ' ' ? `control character ${character.charCodeAt(0)}` : `"${character}"`;
