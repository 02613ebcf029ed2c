import { randomFillSync } from 'node:crypto';

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
