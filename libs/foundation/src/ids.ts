import { hash, randomFillSync } from 'node:crypto';

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = Buffer.alloc(4096);
let unused = pool.length;
let lastTime = 0;
let counter = 0;

/**
 * A time-ordered UUID (RFC 9562, version 7): each is greater, as text, than the one before it in this process, also
 * when the system clock goes back. 48 bits milliseconds, 26 bits counter, 48 bits random.
 */
export function uuidv7(now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    counter = random(4) & 0x1ffffff; // leaves half of the 26 bits for ids of the same millisecond
  } else if (++counter > 0x3ffffff) {
    lastTime++;
    counter = 0;
  }
  const high = Math.floor(lastTime / 0x10000);
  const low = lastTime & 0xffff;
  const upper = counter >>> 14; // 12 bits beside the version
  const lower = counter & 0x3fff; // 14 bits beside the variant
  const r1 = random(3);
  const r2 = random(3);
  return (
    `${hex(high >>> 24)}${hex(high >>> 16)}${hex(high >>> 8)}${hex(high)}-${hex(low >>> 8)}${hex(low)}-` +
    `${hex(0x70 | (upper >>> 8))}${hex(upper)}-${hex(0x80 | (lower >>> 8))}${hex(lower)}-` +
    `${hex(r1 >>> 16)}${hex(r1 >>> 8)}${hex(r1)}${hex(r2 >>> 16)}${hex(r2 >>> 8)}${hex(r2)}`
  );
}

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

function hex(byte: number): string {
  return HEX[byte & 0xff]!;
}

/** An unsigned integer of 1 to 4 random bytes. */
function random(bytes: number): number {
  if (unused + bytes > pool.length) {
    randomFillSync(pool);
    unused = 0;
  }
  const value = pool.readUIntBE(unused, bytes);
  unused += bytes;
  return value;
}
