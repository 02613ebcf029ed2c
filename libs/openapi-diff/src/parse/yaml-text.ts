import {
  isAlias,
  isCollection,
  isNode,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Json } from '../json.js';
import { pointerSegments } from '../pointers.js';
import { MAX_UNFOLDED, UnfoldedSize, UnfoldsTooFar } from '../unfold.js';
import { lineFinder, ParseError, positionAt, tooDeep, type Position } from './parse-error.js';
import type { Positions } from './plain-yaml/flow.js';
import { readPlainYaml } from './plain-yaml/reader.js';
import { NotPlain } from './plain-yaml/scalars.js';

/** Aliases may expand to this many nodes in all; more is an attack, not a description. */
const MAX_ALIASES = 10_000;

// Its own search for keys written twice takes quadratic time; see `faultOf`. A second document is an error to it unless
// it is 'silent'.
const options = { merge: true, prettyErrors: false, logLevel: 'error', uniqueKeys: false } as const;

/**
 * The full reader takes up to 10 µs and 500 bytes for each piece of a text (a key, a colon, a space, …), most of them for
 * a broken one. Real descriptions of 3 MB have 400,000.
 */
const MAX_PIECES = 500_000;
/** Characters: a few long pieces take long, too. */
const MAX_FULL = 4 * 1024 * 1024;

/** Reads YAML 1.2 (JSON is part of it); merge keys `<<` are honoured. */
export const readYaml = (text: string, maxDepth: number, source: string | undefined): Json => {
  try {
    return readPlainYaml(text);
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error;
    if (canReadFully(text)) return readFully(text, maxDepth, source);
    const { line, column } = positionAt(text, error.offset);
    const reason = `not plain YAML here (${error.message}), and too large to read all of YAML`;
    throw new ParseError(reason, line, column, source, { cause: error });
  }
};

const canReadFully = (text: string): boolean => {
  if (text.length > MAX_FULL) return false;
  let pieces = 0;
  for (const _ of new Lexer().lex(text)) if (++pieces > MAX_PIECES) return false;
  return true;
};

const readFully = (text: string, maxDepth: number, source: string | undefined): Json => {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { ...options, lineCounter: lines });
    const fault = document.errors.find(({ code, pos }) => code !== 'MULTIPLE_DOCS' || !isMarkAlone(text.slice(pos[0])));
    if (fault !== undefined) {
      const { line, col } = lines.linePos(fault.pos[0]);
      const reason = isOverflow(fault)
        ? TOO_DEEP
        : (reasons[fault.code] ?? `not valid YAML: ${firstLine(fault.message)}`);
      throw new ParseError(reason, line, col, source);
    }
    const found = faultOf(document as Document, maxDepth);
    if (found !== undefined) {
      const { line, col } = lines.linePos(found.offset);
      throw new ParseError(found.reason, line, col, source);
    }
    const value = (document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null) as Json;
    if (new UnfoldedSize().of(value) > MAX_UNFOLDED) throw new UnfoldsTooFar(MAX_UNFOLDED);
    return value;
  } catch (error) {
    if (error instanceof ParseError || error instanceof UnfoldsTooFar) throw error;
    if (isOverflow(error)) throw new ParseError(TOO_DEEP, 1, 1, source, { cause: error });
    const reason = error instanceof ReferenceError ? aliasReason(error.message) : firstLine(String(error));
    throw new ParseError(`not usable YAML: ${reason}`, 1, 1, source, { cause: error });
  }
};

/** Some write a mark behind their document as well. */
const isMarkAlone = (rest: string): boolean => /^---\s*$/.test(rest);

const reasons: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'another YAML document starts here; one is expected',
};

const TOO_DEEP = 'values are nested too deeply to read';

/** The YAML reader recurses, and reports a full stack as an error of the text. */
const isOverflow = (error: unknown): boolean => error instanceof Error && error.message.includes('call stack');

interface Fault {
  readonly offset: number;
  readonly reason: string;
}

/** The first key written twice, alias that names nothing or what it is in, or value that is nested too deep. */
const faultOf = (document: Document, maxDepth: number): Fault | undefined => {
  const anchors = new Map<string, Node>();
  let found: Fault | undefined;
  visit(document, {
    Node(_, node, path) {
      if (isAlias(node)) {
        const named = anchors.get(node.source);
        if (named !== undefined && !path.includes(named)) return undefined;
        const reason = named ? 'contains this alias of it' : 'is not set before this alias of it';
        found = faultAt(node, `not valid YAML: the anchor "${node.source}" ${reason}`);
        return visit.BREAK;
      }
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (!isCollection(node)) return undefined;
      const twice = isMap(node) ? keyWrittenTwice(node) : undefined;
      if (twice !== undefined) found = faultAt(twice, 'not valid YAML: keys must be unique, this one was there before');
      // The path has the pairs of mappings as well.
      else if (path.length >= maxDepth && path.filter(isCollection).length >= maxDepth)
        found = faultAt(node, tooDeep(maxDepth));
      return found && visit.BREAK;
    },
  });
  return found;
};

const faultAt = ({ range }: Node, reason: string): Fault => ({ offset: range?.[0] ?? 0, reason });

/** Merge keys may repeat. */
const keyWrittenTwice = ({ items }: YAMLMap): Scalar | undefined => {
  const keys = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key) || key.value === '<<') continue;
    const text = String(key.value);
    if (keys.has(text)) return key;
    keys.add(text);
  }
  return undefined;
};

const aliasReason = (message: string): string =>
  message.startsWith('Excessive alias') ? `its aliases expand to more than ${MAX_ALIASES} values` : firstLine(message);

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message;

/** Finds JSON pointers in a YAML text; reads it again on first use, and keeps where everything stands. */
export const yamlLocator = (text: string): ((pointer: string) => Position | undefined) => {
  const positions: Positions = new Map();
  try {
    const root = readPlainYaml(text, positions);
    return plainLocator(root, positions, lineFinder(text));
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error;
    const index = new YamlIndex(text);
    return (pointer) => index.find(pointer);
  }
};

const plainLocator =
  (root: Json, positions: Positions, find: (offset: number) => Position): ((pointer: string) => Position | undefined) =>
  (pointer) => {
    let node: Json | undefined = root;
    let offset: number | undefined = 0;
    for (const segment of pointerSegments(pointer)) {
      if (typeof node !== 'object' || node === null) return undefined;
      offset = positions.get(node)?.get(segment);
      if (offset === undefined) return undefined;
      node = Array.isArray(node) ? node[Number(segment)] : node[segment];
    }
    return find(offset);
  };

/** The same by the full reader. */
class YamlIndex {
  readonly lines = new LineCounter();
  readonly document: Document.Parsed;

  constructor(text: string) {
    this.document = parseDocument(text, { ...options, lineCounter: this.lines }) as Document.Parsed;
  }

  find(pointer: string): Position | undefined {
    let node = this.document.contents as Node | null;
    let named: Node | null = node;
    for (const segment of pointerSegments(pointer)) {
      const child = this.child(node, segment);
      if (child === undefined) return undefined;
      [named, node] = child;
    }
    const offset = named?.range?.[0];
    if (offset === undefined) return undefined;
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }

  child(parent: Node | null, segment: string): [named: Node, value: Node | null] | undefined {
    const node = parent !== null && 'resolve' in parent ? (parent.resolve(this.document) ?? null) : parent;
    if (isSeq(node)) {
      const item = node.items[Number(segment)];
      return isNode(item) ? [item, item] : undefined;
    }
    if (!isMap(node)) return undefined;
    for (const pair of node.items) {
      if (isScalar(pair.key) && String(pair.key.value) === segment) {
        return [pair.key as Node, isNode(pair.value) ? pair.value : null];
      }
    }
    return undefined;
  }
}
