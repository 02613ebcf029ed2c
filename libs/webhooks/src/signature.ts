import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest } from './webhook.js';

export type Algorithm = 'sha1' | 'sha256' | 'sha512';
type Bytes = Uint8Array;

/** More in one header are not read: each is compared with every secret. */
const MAX_SIGNATURES = 16;
/** Seconds by which a signed time may differ from the receiver's clock, in both directions. */
export const TOLERANCE_S = 300;

export const hmac = (algorithm: Algorithm, key: string | Bytes, ...content: (string | Bytes)[]): Buffer =>
  content.reduce((sum, part) => sum.update(part), createHmac(algorithm, key)).digest();

/** Whether any of the received signatures is one of the expected. Compares all, in a time that depends on their number alone. */
export function anyEqual(received: readonly Bytes[], expected: readonly Bytes[]): boolean {
  let equal = false;
  for (const one of received.slice(0, MAX_SIGNATURES))
    for (const other of expected) if (one.length === other.length && timingSafeEqual(one, other)) equal = true;
  return equal;
}

/** Whether a received text is one of the secrets; the comparison's time depends on neither. */
export const isSecret = (received: string | undefined, secrets: readonly string[]): boolean =>
  anyEqual([digest(received ?? '')], known(secrets).map(digest)) && received !== undefined;

/** An empty secret would let anyone sign. */
export const known = (secrets: readonly string[]): readonly string[] => secrets.filter((secret) => secret !== '');

const digest = (text: string | Bytes) => createHash('sha256').update(text).digest();

/** Identifies a delivery by its content. */
export const contentId = (...content: (string | Bytes)[]): string =>
  content.reduce((sum, part) => sum.update(part).update('\0'), createHash('sha256')).digest('base64url');

export function fromHex(text: string): Bytes[] {
  return /^(?:[0-9a-f]{2}){1,128}$/i.test(text) ? [Buffer.from(text, 'hex')] : [];
}

export function fromBase64(text: string): Bytes[] {
  return /^[A-Za-z0-9+/_-]{1,256}={0,2}$/.test(text) ? [Buffer.from(text, 'base64')] : [];
}

/** The value of a header; undefined when it is missing, empty, or sent more than once. */
export function headerOf({ headers }: WebhookRequest, name: string): string | undefined {
  const found = Object.entries(headers).flatMap(([key, value]) =>
    key.toLowerCase() === name.toLowerCase() && value !== undefined ? value : [],
  );
  return found.length === 1 && found[0] !== '' ? found[0] : undefined;
}

/** Whether a time in seconds since 1970 (or milliseconds, from 12 digits on) is within the tolerance. */
export function isRecent(time: string | undefined, now: number, toleranceS = TOLERANCE_S): boolean {
  if (time === undefined || !/^\d{1,14}$/.test(time)) return false;
  const at = time.length >= 12 ? Number(time) : Number(time) * 1000;
  return Math.abs(now - at) <= toleranceS * 1000;
}
