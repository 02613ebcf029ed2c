import { hash } from 'node:crypto';

/**
 * A UUID derived from its parts (RFC 9562, version 5): the same parts in the same order give the same id everywhere.
 * Parts are kept apart: ('a', 'bc') and ('ab', 'c') differ.
 */
export const uuidv5 = (...parts: readonly (string | number)[]): string => uuidv5In(NAMESPACE, JSON.stringify(parts));

/** The UUID of a name in a name space of 16 bytes (RFC 9562, version 5). */
export const uuidv5In = (namespace: Uint8Array, name: string): string => {
  const digest = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'buffer');
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const text = digest.toString('hex', 0, 16);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
};

/** Tidemark's own name space for derived ids; part of every stored id, so it never changes. */
const NAMESPACE = Buffer.from('7d1f0cb2a5e34e0f9d0e5c6b1a2f4c83', 'hex');
