import { isNode, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { pointerSegments } from '../json.js';
import type { Json } from '../json.js';
import { ParseError } from './parse-error.js';
import type { Position } from './parse-error.js';

/** An alias may stand for at most this many nodes in all; more is an attack, not a description. */
const MAX_ALIASES = 10_000;

const options = { merge: true, prettyErrors: false, logLevel: 'silent' } as const;

/** Reads YAML 1.2 (JSON is part of it); merge keys `<<` are honoured. */
export function readYaml(text: string, source: string | undefined): Json {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { ...options, lineCounter: lines });
    const fault = document.errors[0];
    if (fault !== undefined) {
      const { line, col } = lines.linePos(fault.pos[0]);
      const reason = isOverflow(fault) ? TOO_DEEP : `not valid YAML: ${firstLine(fault.message)}`;
      throw new ParseError(reason, line, col, source);
    }
    return (document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null) as Json;
  } catch (error) {
    if (error instanceof ParseError) throw error;
    if (isOverflow(error)) throw new ParseError(TOO_DEEP, 1, 1, source, { cause: error });
    const reason = error instanceof ReferenceError ? aliasReason(error.message) : firstLine(String(error));
    throw new ParseError(`not usable YAML: ${reason}`, 1, 1, source, { cause: error });
  }
}

const TOO_DEEP = 'values are nested too deeply to read';

/** The YAML reader recurses, and reports a full stack as an error of the text. */
function isOverflow(error: unknown): boolean {
  return error instanceof Error && error.message.includes('call stack');
}

function aliasReason(message: string): string {
  return message.startsWith('Excessive alias')
    ? `its aliases expand to more than ${MAX_ALIASES} values`
    : firstLine(message);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

/** Finds JSON pointers in a YAML text; parses it again on first use, and keeps that. */
export class YamlIndex {
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed;

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

  private child(parent: Node | null, segment: string): [named: Node, value: Node | null] | undefined {
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
