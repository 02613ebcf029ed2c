import { createHmac } from 'node:crypto';
import type { Mask } from '@tidemark/contracts';
import { canonicalJson, type Json } from '@tidemark/foundation';

const SHOWN = 4;

/**
 * Hides a value: null stays null. `hash` is the same for the same value and key, and needs the key; `last4` shows the
 * last four characters of a text of at least eight.
 */
export function mask(value: Json, how: Mask, key: Uint8Array | undefined): Json {
  if (value === null) return null;
  const text = typeof value === 'object' ? canonicalJson(value) : String(value);
  if (how === 'hash') {
    if (!key) throw new Error('a mapping with `mask: hash` needs a key');
    return createHmac('sha256', key).update(text).digest('hex');
  }
  if (how === 'redact') return '***';
  const characters = [...text];
  return characters.length < 2 * SHOWN ? '***' : `***${characters.slice(-SHOWN).join('')}`;
}
