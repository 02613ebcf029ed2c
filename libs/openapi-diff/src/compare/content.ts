import { own, put, type Json, type JsonObject } from '../json.js';

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
