import { isObject, own, put, type Json, type JsonObject } from '../json.js';

/** Who must act: `breaking` now, `risky` look first, `safe` nobody, `info` words only. */
export type Severity = 'breaking' | 'risky' | 'safe' | 'info';

/** oasdiff's level of the rule, for those who compare with it. */
export type Level = 'ERR' | 'WARN' | 'INFO';

/** An operation: method in lower case, path as the description writes it. */
export interface OperationRef {
  readonly method: string;
  readonly path: string;
}

/** The part of a description that a change belongs to. */
export type Area =
  | 'info'
  | 'servers'
  | 'tags'
  | 'security'
  | 'paths'
  | 'webhooks'
  | 'components'
  | 'parameters'
  | 'requestBody'
  | 'responses'
  | 'headers'
  | 'schema'
  | 'callbacks'
  | 'links';

/** One classified difference. */
export interface Change {
  /** Names the change by content: the same two documents give the same ids, whatever the order of keys. */
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly level: Level;
  readonly area: Area;
  /** The operation, when the change concerns exactly one. */
  readonly operation?: OperationRef;
  /** All operations that the change reaches, when it is the root cause for several. */
  readonly operations?: OperationRef[];
  /** JSON pointers into the documents (canonical form when they are not at hand). */
  readonly pointer: { before?: string; after?: string };
  /** Lines of the pointers, when the texts are at hand; from 1. */
  readonly line?: { before?: number; after?: number };
  /** What was there and what is there now, cut to a bounded size. */
  readonly before?: Json;
  readonly after?: Json;
  /** One sentence for people. */
  readonly message: string;
}

/** 64 bits of a text as 16 hexadecimal digits; equal text, equal answer. Not for secrets. */
export const fingerprint = (text: string): string => {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
};

const MAX_TEXT = 500;
const MAX_VALUES = 60;

/** A copy of bounded size; what is left out is marked with `…`. */
export const bounded = (value: Json): Json => {
  let left = MAX_VALUES;
  const copy = (node: Json): Json => {
    if (typeof node === 'string') return node.length > MAX_TEXT ? `${node.slice(0, MAX_TEXT)}…` : node;
    if (node === null || typeof node !== 'object') return node;
    if (--left < 0) return '…';
    if (Array.isArray(node)) {
      const items: Json[] = [];
      for (const item of node) {
        if (--left < 0) return [...items, '…'];
        items.push(copy(item));
      }
      return items;
    }
    const out: JsonObject = {};
    for (const key of Object.keys(node).sort()) {
      if (--left < 0) return { ...out, '…': '…' };
      const child = own(node, key);
      if (child !== undefined) put(out, key, copy(child));
    }
    return out;
  };
  return copy(value);
};

/** A value in a sentence: short, and on one line. */
export const brief = (value: Json | undefined): string => {
  if (value === undefined) return 'nothing';
  if (isObject(value) && typeof value['$ref'] === 'string')
    return value['$ref'].slice(value['$ref'].lastIndexOf('/') + 1);
  if (isObject(value) && typeof value['title'] === 'string') return `"${value['title']}"`;
  if (isObject(value) && typeof value['type'] === 'string')
    return value['type'] === 'object' ? 'an object' : `type ${value['type']}`;
  if (isObject(value)) return 'a schema';
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? value.map(brief).join(', ')
        : String(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
};
