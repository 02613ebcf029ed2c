// The part of https://developers.google.com/workspace/drive/api/guides/ref-search-terms that is modelled: `and`, `or`,
// `not`, brackets, `'id' in parents`, and = != < <= > >= on name, mimeType, trashed, modifiedTime and createdTime.
import type { DriveFile } from './drive-file.js';

type Test = (file: DriveFile) => boolean;

const TOKEN = /\s*(?:'((?:[^'\\]|\\.)*)'|(!=|<=|>=|[=<>()])|([A-Za-z]+))\s*/y;
const fields = ['name', 'mimeType', 'trashed', 'modifiedTime', 'createdTime'] as const;

interface Token {
  readonly text?: string;
  readonly word?: string;
}

/** A test for files; null for a query that the service would refuse. */
export function parseQuery(query: string): Test | null {
  const tokens = tokensOf(query);
  if (!tokens) return null;
  try {
    const parser = new Parser(tokens);
    return parser.whole();
  } catch {
    return null;
  }
}

function tokensOf(query: string): Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < query.length) {
    const match = TOKEN.exec(query);
    if (!match) return null;
    const [, text, sign, word] = match;
    tokens.push(text === undefined ? { word: sign ?? word! } : { text: text.replaceAll(/\\(.)/g, '$1') });
  }
  return tokens;
}

class Parser {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Test {
    const test = this.#either();
    if (this.#at < this.tokens.length) throw new SyntaxError('something is left');
    return test;
  }

  #either(): Test {
    let left = this.#both();
    while (this.#take('or')) {
      const [first, second] = [left, this.#both()];
      left = (file) => first(file) || second(file);
    }
    return left;
  }

  #both(): Test {
    let left = this.#term();
    while (this.#take('and')) {
      const [first, second] = [left, this.#term()];
      left = (file) => first(file) && second(file);
    }
    return left;
  }

  #term(): Test {
    if (this.#take('not')) {
      const test = this.#term();
      return (file) => !test(file);
    }
    if (this.#take('(')) {
      const test = this.#either();
      if (!this.#take(')')) throw new SyntaxError('expected )');
      return test;
    }
    const { text, word } = this.#next();
    if (text !== undefined) {
      if (!this.#take('in') || !this.#take('parents')) throw new SyntaxError('expected in parents');
      return (file) => file.parents?.includes(text) ?? false;
    }
    const field = fields.find((name) => name === word);
    if (!field) throw new SyntaxError('unknown field');
    return this.#comparison(field);
  }

  #comparison(field: (typeof fields)[number]): Test {
    const { word: sign } = this.#next();
    const { text, word } = this.#next();
    const wanted = text ?? word;
    if (wanted === undefined) throw new SyntaxError('expected a value');
    const compare = comparisons[sign ?? ''];
    if (!compare) throw new SyntaxError('unknown operator');
    const time = field === 'modifiedTime' || field === 'createdTime';
    const value = time ? Date.parse(wanted) : wanted;
    if (Number.isNaN(value)) throw new SyntaxError('not a date');
    return (file) => compare(time ? Date.parse(file[field] as string) : String(file[field] ?? false), value);
  }

  #next(): Token {
    const token = this.tokens[this.#at++];
    if (!token) throw new SyntaxError('unexpected end');
    return token;
  }

  #take(word: string): boolean {
    if (this.tokens[this.#at]?.word !== word) return false;
    this.#at++;
    return true;
  }
}

const comparisons: Readonly<Record<string, (a: string | number, b: string | number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
